import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { CognitoUnavailableError, createGetUser } from './cognito.ts'

/** Cognito's end of the wire: answers what the test says, and keeps what it was asked. */
let next = { status: 200, body: '' }
const asked: { target: string | undefined; body: string }[] = []
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  asked.push({ target: String(request.headers['x-amz-target']), body })
  response.writeHead(next.status, { 'content-type': 'application/x-amz-json-1.1' })
  response.end(next.body)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
afterAll(() => server.close())
const getUser = createGetUser(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)

const answer = (status: number, body: unknown) => {
  next = { status, body: typeof body === 'string' ? body : JSON.stringify(body) }
  return getUser('the token')
}

describe('GetUser', () => {
  it('shows the token and reads who it belongs to', async () => {
    const UserAttributes = [
      { Name: 'sub', Value: 'sub-1' },
      { Name: 'preferred_username', Value: 'di' },
      { Name: 'email', Value: 'di@example.com' },
    ]
    expect(await answer(200, { Username: 'x', UserAttributes })).toEqual({
      sub: 'sub-1',
      handle: 'di',
      name: undefined,
      email: 'di@example.com',
    })
    expect(asked.at(-1)).toEqual({
      target: 'AWSCognitoIdentityProviderService.GetUser',
      body: '{"AccessToken":"the token"}',
    })
  })

  it.each([
    'NotAuthorizedException',
    'com.amazonaws.cognito#UserNotFoundException',
    'UserNotConfirmedException',
    'PasswordResetRequiredException',
  ])('knows nobody by a token that answers %s', async (__type) => {
    expect(await answer(400, { __type, message: 'no' })).toBeUndefined()
  })

  it.each([
    [400, { __type: 'TooManyRequestsException' }],
    [500, { __type: 'InternalErrorException' }],
    [200, {}],
    [200, 'null'],
    [200, '<html>'],
    [200, { UserAttributes: {} }],
    [200, { UserAttributes: [null] }],
    [200, { UserAttributes: [{ Name: 'sub', Value: 7 }] }],
    [302, ''],
  ])('is unavailable when Cognito answers %i %j', async (status, body) => {
    await expect(answer(status, body)).rejects.toThrow(CognitoUnavailableError)
  })
})
