import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { askOnce, CognitoUnavailableError, createGetUser, type GetUser } from './cognito.ts'

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

describe('asking once', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Cognito as it counts its questions. */
  function count(getUser: GetUser) {
    const tokens: string[] = []
    const ask = askOnce((token) => {
      tokens.push(token)
      return getUser(token)
    })
    return { ask, tokens }
  }

  it('serves all who show one token at once, and forgets who may sign in', async () => {
    const user = { sub: 'sub-1', handle: 'di', name: 'Di', email: undefined }
    const { ask, tokens } = count(async () => user)
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask('token')))
    expect(new Set(answers)).toEqual(new Set([user]))
    expect(tokens).toHaveLength(1)
    await ask('token')
    await ask('other')
    expect(tokens).toEqual(['token', 'token', 'other'])
  })

  it('keeps a refusal for five seconds, among the last thousand', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { ask, tokens } = count(async () => undefined)
    await Promise.all(Array.from({ length: 50 }, () => ask('stale')))
    vi.advanceTimersByTime(4_999)
    expect(await ask('stale')).toBeUndefined()
    expect(tokens).toHaveLength(1)
    vi.advanceTimersByTime(1)
    await ask('stale')
    expect(tokens).toHaveLength(2)
    for (let n = 0; n < 1_000; n++) await ask(`stale ${n}`)
    await ask('stale')
    expect(tokens.filter((token) => token === 'stale')).toHaveLength(3)
  })

  it('asks anew after a failure', async () => {
    const { ask, tokens } = count(() => Promise.reject(new CognitoUnavailableError('down')))
    await expect(Promise.all([ask('token'), ask('token')])).rejects.toThrow('down')
    await expect(ask('token')).rejects.toThrow('down')
    expect(tokens).toHaveLength(2)
  })
})
