import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeEach, expect, it, vi } from 'vitest'
import type { ResourceEvent } from './pool-triggers.ts'

const others = 'arn:aws:lambda:us-east-1:1:function:theirs'
const ours = { PreSignUp: 'arn:our-pre-sign-up', PostConfirmation: 'arn:our-confirmation' }
const described = {
  Id: 'us-east-1_AbCdEf123',
  Name: 'bootcamp',
  Arn: 'arn:aws:cognito-idp:us-east-1:1:userpool/us-east-1_AbCdEf123',
  EstimatedNumberOfUsers: 7,
  UsernameAttributes: ['email'],
  SchemaAttributes: [{ Name: 'email', Required: true }],
}
const settings = {
  Policies: { PasswordPolicy: { MinimumLength: 12, TemporaryPasswordValidityDays: 7 } },
  AutoVerifiedAttributes: ['email'],
  AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
  EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
  UserPoolTags: { made: 'by hand' },
  UserPoolTier: 'ESSENTIALS',
  DeletionProtection: 'ACTIVE',
}
const triggers = { PreTokenGeneration: others, PostConfirmation: others }
const mfa = { MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } }
let pool: Record<string, unknown>
let factors: Record<string, unknown>
let answers: Record<string, unknown>[]

beforeEach(() => {
  const { AdminCreateUserConfig: admin } = settings
  pool = {
    ...settings,
    AdminCreateUserConfig: { ...admin, UnusedAccountValidityDays: 7 },
    LambdaConfig: triggers,
    MfaConfiguration: 'OPTIONAL',
  }
  factors = mfa
  answers = []
})

/** Cognito as far as it is asked here: it forgets what an update does not say. */
const calls: Record<string, (input: Record<string, unknown>) => unknown> = {
  DescribeUserPool: () => ({ UserPool: { ...described, ...pool } }),
  GetUserPoolMfaConfig: () => factors,
  UpdateUserPool({ UserPoolId, PoolName, ...sent }) {
    pool = { MfaConfiguration: 'OFF', ...sent }
    factors = { MfaConfiguration: 'OFF' }
  },
  SetUserPoolMfaConfig({ UserPoolId, ...sent }) {
    factors = sent
  },
}
const aws = createServer(async (request, response) => {
  const input = JSON.parse(await text(request))
  if (request.method === 'PUT') answers.push(input)
  const call = String(request.headers['x-amz-target']).split('.')[1] ?? ''
  try {
    response.end(JSON.stringify(calls[call]?.(input) ?? {}))
  } catch (error) {
    const refusal = { __type: 'InvalidParameterException', message: String(error) }
    response.writeHead(400).end(JSON.stringify(refusal))
  }
})
await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve))
afterAll(() => aws.close())
const url = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`
vi.stubEnv('AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER', url)
vi.stubEnv('AWS_REGION', 'us-east-1')
vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
const { handler } = await import('./pool-triggers.ts')

async function ask(
  RequestType: ResourceEvent['RequestType'],
  PhysicalResourceId?: string,
  Status = 'SUCCESS',
) {
  await handler({
    RequestType,
    ResponseURL: url,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'PoolTriggers',
    ...(PhysicalResourceId ? { PhysicalResourceId } : {}),
    ResourceProperties: { UserPoolId: described.Id, ...ours },
  })
  const answer = answers.at(-1)
  expect(answer).toMatchObject({ Status, LogicalResourceId: 'PoolTriggers' })
  return String(answer?.PhysicalResourceId)
}

it('attaches our triggers and changes nothing else of the pool', async () => {
  await ask('Create')
  expect(pool).toMatchObject({ ...settings, LambdaConfig: { ...triggers, ...ours } })
  expect(pool.AdminCreateUserConfig).toEqual(settings.AdminCreateUserConfig)
  expect(factors).toEqual(mfa)
})

it('puts back what was there, however often it was updated in between', async () => {
  const id = await ask('Create')
  expect(await ask('Update', id)).toBe(id)
  await ask('Delete', id)
  expect(pool).toMatchObject({ ...settings, LambdaConfig: triggers })
  expect(pool.LambdaConfig).not.toHaveProperty('PreSignUp')
})

it('leaves what somebody else has attached since', async () => {
  const id = await ask('Create')
  pool.LambdaConfig = { ...triggers, ...ours, PreSignUp: 'arn:newer' }
  await ask('Delete', id)
  expect(pool.LambdaConfig).toEqual({ ...triggers, PreSignUp: 'arn:newer' })
})

const take = calls.SetUserPoolMfaConfig ?? expect.fail()
const refuse = () => {
  throw new Error('not these factors')
}

it('puts back triggers and factors when the factors are refused after the update', async () => {
  const former = pool
  vi.spyOn(calls, 'SetUserPoolMfaConfig')
    .mockImplementationOnce(take)
    .mockImplementationOnce(refuse)
  const id = await ask('Create', undefined, 'FAILED')
  expect(pool).not.toBe(former)
  expect(pool).toMatchObject({ ...settings, LambdaConfig: triggers })
  expect(factors).toEqual(mfa)
  await ask('Delete', id)
  expect(pool.LambdaConfig).toEqual(triggers)
  expect(factors).toEqual(mfa)
})

it('updates no pool whose factors are refused', async () => {
  const former = pool
  vi.spyOn(calls, 'SetUserPoolMfaConfig').mockImplementationOnce(refuse)
  await ask('Create', undefined, 'FAILED')
  expect(answers[0]?.Reason).toContain('not these factors')
  expect(pool).toBe(former)
})

it('says so when a pool is left without its second factor', async () => {
  const set = vi.spyOn(calls, 'SetUserPoolMfaConfig').mockImplementationOnce(take)
  set.mockImplementationOnce(refuse).mockImplementationOnce(refuse)
  await ask('Create', undefined, 'FAILED')
  expect(answers[0]?.Reason).toMatch(/AbCdEf123 has no second factor now: switch it on again\./)
  expect(pool.LambdaConfig).toEqual(triggers)
})

it('says why it failed, and then has nothing to undo', async () => {
  vi.spyOn(calls, 'DescribeUserPool').mockReturnValueOnce({})
  const id = await ask('Create', undefined, 'FAILED')
  expect(answers[0]?.Reason).toContain('There is no user pool us-east-1_AbCdEf123')
  await ask('Delete', id)
  expect(pool.LambdaConfig).toEqual(triggers)
})
