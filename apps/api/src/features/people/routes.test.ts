import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'
import type { CognitoUser } from '../../cognito.ts'

const known = new Map<string, CognitoUser>()
const asked: string[] = []
const api = await openApi({
  async getUser(accessToken) {
    asked.push(accessToken)
    return known.get(accessToken)
  },
})
const send = (method: string, token: string, body?: unknown) => ({
  method,
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
})
const me = (token: string) => api.get('/api/users/me', { authorization: `Bearer ${token}` })

/** Somebody whom Cognito knows and we do not. */
async function stranger(attributes: Partial<CognitoUser> = {}) {
  const sub = randomUUID()
  const token = await api.pool.sign({ sub })
  known.set(token, {
    sub,
    handle: 'flo',
    name: 'Flo Rence',
    email: 'Flo@Example.com',
    ...attributes,
  })
  return { sub, token }
}

describe('GET /api/users/me', () => {
  it('answers the viewer’s own profile', async () => {
    const di = await api.signUp('di')
    const response = await di.get('/api/users/me')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      uuid: di.uuid,
      cognito_user_uuid: di.sub,
      handle: 'di',
      display_name: 'di',
      bio: null,
      cruds_count: 0,
    })
  })

  it('makes a missing row from what Cognito knows, once for a hundred first requests', async () => {
    const { sub, token } = await stranger()
    const responses = await Promise.all(Array.from({ length: 100 }, () => me(token)))
    expect(new Set(responses.map((response) => response.status))).toEqual(new Set([200]))
    const rows = await api.session.query(
      'select handle, display_name, email from users where cognito_user_id = $1',
      [sub],
    )
    expect(rows).toEqual([{ handle: 'flo', display_name: 'Flo Rence', email: 'flo@example.com' }])
  })

  it('asks Cognito no more for a person who has a row', async () => {
    const { token } = await stranger({ handle: 'gus' })
    await me(token)
    const before = asked.length
    await me(token)
    expect(asked.length).toBe(before)
  })

  it('gives a made-up handle where the token may not ask', async () => {
    const sub = randomUUID()
    const token = await api.pool.sign({ sub, scope: 'openid' })
    const response = await me(token)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      cognito_user_uuid: sub,
      handle: expect.stringMatching(/^[A-Za-z0-9_.-]{1,30}$/),
    })
    expect(asked).not.toContain(token)
  })

  it('refuses a token that Cognito does not take any more, and makes no row', async () => {
    const sub = randomUUID()
    const response = await me(await api.pool.sign({ sub }))
    expect(response.status).toBe(401)
    const rows = await api.session.query('select 1 from users where cognito_user_id = $1', [sub])
    expect(rows).toEqual([])
  })

  it('refuses a token for which Cognito names somebody else', async () => {
    const { token } = await stranger({ sub: randomUUID(), handle: 'eve' })
    expect((await me(token)).status).toBe(401)
  })
})

describe('a row that vanished since the person was seen', async () => {
  const ed = await api.signUp('ed')
  const crud = { message: 'Still here', ttl: '1-day' }
  const posted = await api.app.request('/api/activities', send('POST', ed.token, crud))
  const { uuid } = (await posted.json()) as { uuid: string }

  it.each([
    ['GET', '/api/users/me', undefined],
    ['POST', '/api/activities', crud],
    ['POST', `/api/activities/${uuid}/reply`, crud],
    ['PUT', '/api/profile/update', { display_name: 'Hal', bio: '' }],
    ['POST', '/api/profile/update', { display_name: 'Hal', bio: '' }],
    ['POST', '/api/messages', { message: 'Hello', handle: 'ed' }],
  ])('is made anew by %s %s at once', async (method, path, body) => {
    const { sub, token } = await stranger({ handle: 'hal' })
    expect((await me(token)).status).toBe(200)
    await api.session.query('delete from users where cognito_user_id = $1', [sub])
    expect((await api.app.request(path, send(method, token, body))).status).toBe(200)
    expect(await (await me(token)).json()).toMatchObject({ cognito_user_uuid: sub })
  })

  it('is a 401 where Cognito knows nobody any more', async () => {
    const { sub, token } = await stranger({ handle: 'ivy' })
    expect((await me(token)).status).toBe(200)
    await api.session.query('delete from users where cognito_user_id = $1', [sub])
    known.delete(token)
    const response = await api.app.request('/api/activities', send('POST', token, crud))
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual(['generic_401'])
  })
})

describe('a viewer is required', () => {
  const now = Math.floor(Date.now() / 1000)

  it.each<
    [string, (sign: typeof api.pool.sign) => Promise<string | undefined> | string | undefined]
  >([
    ['no header', () => undefined],
    ['the front end’s null', () => 'Bearer null'],
    ['another scheme', async (sign) => `Basic ${await sign()}`],
    ['three words', () => 'Bearer a b'],
    ['garbage', () => 'Bearer a.b.c'],
    [
      'an id token',
      async (sign) => `Bearer ${await sign({ token_use: 'id', aud: 'test-client' })}`,
    ],
    ['another client', async (sign) => `Bearer ${await sign({ client_id: 'another' })}`],
    ['another pool', async (sign) => `Bearer ${await sign({ iss: 'https://evil.example' })}`],
    ['expired', async (sign) => `Bearer ${await sign({ exp: now - 10 })}`],
    ['without exp', async (sign) => `Bearer ${await sign({ exp: undefined })}`],
    ['a sub with a NUL', async (sign) => `Bearer ${await sign({ sub: 'a\0' })}`],
    ['without sub', async (sign) => `Bearer ${await sign({ sub: undefined })}`],
    ['alg none', async (sign) => `Bearer ${await sign({}, { alg: 'RS256', kid: 'nobody’s' })}`],
    ['huge', () => `Bearer ${'a'.repeat(9000)}`],
  ])('%s: the same 401', async (_, make) => {
    const authorization = await make(api.pool.sign)
    const headers = authorization === undefined ? {} : { authorization }
    const response = await api.get('/api/users/me', headers as Record<string, string>)
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual(['generic_401'])
  })

  it('logs of a refused token its kid and jti, and nothing else of it', async () => {
    const token = await api.pool.sign({ exp: now - 10, jti: 'jti-1', username: 'secret-name' })
    await me(token)
    const line = api.logged().findLast(({ event }) => event === 'token_rejected')
    expect(line).toMatchObject({ code: 'expired', jti: 'jti-1' })
    const text = api.lines.join('')
    for (const part of token.split('.')) expect(text).not.toContain(part)
    expect(text).not.toContain('secret-name')
  })
})

it('answers 503, not 401, when the pool’s keys cannot be had', async () => {
  const cut = await openApi({ verifier: { fetch: async () => Promise.reject(new Error('down')) } })
  const response = await cut.get('/api/users/me', {
    authorization: `Bearer ${await cut.pool.sign()}`,
  })
  expect(response.status).toBe(503)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await response.json()).toEqual(['unavailable'])
})
