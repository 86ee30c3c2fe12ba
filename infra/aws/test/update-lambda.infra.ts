import { LambdaClient } from '@aws-sdk/client-lambda'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { updateLambda } from '../src/update-lambda.ts'
import { openLambdaService } from './open-lambda-service.ts'

const functionName = 'cruddur-dev-post-confirmation'
const [old, zip] = [Buffer.from('old code'), Buffer.from('new code')]
let service: Awaited<ReturnType<typeof openLambdaService>>
let client: LambdaClient

beforeEach(async () => {
  service = await openLambdaService({ [functionName]: old })
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', service.url)
  client = new LambdaClient({ region: 'us-east-1' })
})
afterEach(() => {
  client.destroy()
  service.close()
})

it('gives the function new code, waits until it is there, and has it answer', async () => {
  expect(await updateLambda(client, { functionName, zip })).toContain(
    `${functionName} runs the new`,
  )
  expect(service.functions[functionName]).toEqual(zip)
  expect(service.invocations).toEqual([
    { functionName, payload: expect.objectContaining({ triggerSource: 'PreSignUp_SignUp' }) },
  ])
  // Three looks before it says that the code is in place, one more that the function is active.
  expect(service.calls.filter((call) => call.startsWith('GET')).length).toBeGreaterThan(3)
  expect(service.calls.at(-1)).toBe('POST invocations')
})

it.each([
  ['fails', { errorMessage: 'Cannot find module' }],
  ['answers something else', { hello: 'world' }],
])('gives it the old code back when the new one %s', async (_what, answer) => {
  service.answers.of = (code, payload) => (code.equals(zip) ? answer : payload)
  await expect(updateLambda(client, { functionName, zip })).rejects.toThrow(
    `${functionName} has its old code again, since the new one failed: it answered ${JSON.stringify(answer)}`,
  )
  expect(service.functions[functionName]).toEqual(old)
})

it('gives it the old code back when AWS does not get ready', async () => {
  const told = { functionName, zip, waitSeconds: 2 }
  service.hold(zip)
  await expect(updateLambda(client, told)).rejects.toThrow('has its old code again')
  expect(service.functions[functionName]).toEqual(old)
})

it('puts nothing in place of the same code, or where there would be no way back', async () => {
  expect(await updateLambda(client, { functionName, zip: old })).toContain('has this code already')
  service.loseCode()
  await expect(updateLambda(client, { functionName, zip })).rejects.toThrow('nothing was changed')
  expect(service.calls.filter((call) => call.startsWith('PUT'))).toEqual([])
})
