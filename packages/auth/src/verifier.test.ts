import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createKeyCache,
  createVerifier,
  KeysUnavailableError,
  type VerifierOptions,
} from './index.ts'
import {
  createTestKey,
  createTestPool,
  publishedJwk,
  type TestKey,
  type TestPool,
} from './testing.ts'

const MINUTE = 60_000

let clockMs = Date.UTC(2026, 0, 1)
const now = () => clockMs

let pool: TestPool
let otherPool: typeof pool
let newKey: TestKey
beforeAll(async () => {
  pool = await createTestPool({ now })
  otherPool = await createTestPool({ now, userPoolId: 'us-east-1_OtherPool', clientId: 'other' })
  newKey = await createTestKey('new-key')
})

let poolKeys: typeof pool.jwks.keys
beforeEach(() => {
  poolKeys = [...pool.jwks.keys]
  pool.requests.length = 0
  return () => {
    pool.jwks.keys = poolKeys
  }
})

const open = (options: Partial<VerifierOptions> = {}) =>
  createVerifier({ ...pool.verifierOptions, ...options })
const rejection = (code: string) => expect.objectContaining({ name: 'TokenRejectedError', code })

describe('a valid token', () => {
  it('says who is calling', async () => {
    const claims = {
      sub: 'ada',
      username: 'ada-l',
      jti: 'j1',
      origin_jti: 'o1',
      exp: 1_800_000_000,
    }
    const token = await pool.sign({ ...claims, 'cognito:groups': ['staff'], scope: 'read write' })
    expect(await open()(token)).toEqual({
      sub: 'ada',
      username: 'ada-l',
      clientId: 'test-client',
      userPoolId: 'us-east-1_TestPool1',
      tokenUse: 'access',
      groups: ['staff'],
      scopes: ['read', 'write'],
      jti: 'j1',
      originJti: 'o1',
      expiresAtSeconds: 1_800_000_000,
      notBeforeSeconds: undefined,
      payload: expect.objectContaining({ ...claims, iss: pool.issuer }),
    })
  })

  it('is the same frozen object for every request', async () => {
    const verify = open()
    const token = await pool.sign({ address: { city: 'London' }, 'cognito:groups': ['staff'] })
    const first = await verify(token)
    expect(await verify(token)).toBe(first)
    for (const part of [first, first.groups, first.scopes, first.payload, first.payload.address]) {
      expect(part).toSatisfy(Object.isFrozen)
    }
  })

  it('may come from either issuer of its pool, each with its own keys', async () => {
    const global = `https://issuer-cognito-idp.us-east-1.amazonaws.com/${pool.userPoolId}`
    const verify = open()
    await verify(await pool.sign({ iss: global }))
    expect(pool.requests).toEqual([`${global}/.well-known/jwks.json`])
    await verify(await pool.sign())
    expect(pool.requests[1]).toBe(`${pool.issuer}/.well-known/jwks.json`)
  })
})

describe('an id token', () => {
  const claims = { token_use: 'id', aud: 'test-client', 'cognito:username': 'ada-l' }
  const idToken = { ...claims, client_id: undefined, username: undefined, scope: undefined }

  it.each(['id', null] as const)('passes where tokenUse is %s', async (tokenUse) => {
    const verified = await open({ tokenUse })(await pool.sign(idToken))
    const expected = { tokenUse: 'id', clientId: 'test-client', username: 'ada-l', scopes: [] }
    expect(verified).toMatchObject(expected)
  })

  it('is for the client in its aud', async () => {
    const foreign = pool.sign({ ...idToken, aud: 'other', client_id: 'test-client' })
    await expect(open({ tokenUse: 'id' })(await foreign)).rejects.toEqual(
      rejection('client_unknown'),
    )
  })

  it('is all that passes where tokenUse is id', async () => {
    const access = pool.sign({ aud: 'test-client' })
    await expect(open({ tokenUse: 'id' })(await access)).rejects.toEqual(
      rejection('token_use_refused'),
    )
  })
})

describe('groups and scopes', () => {
  it('any one of them will do', async () => {
    const verify = open({ groups: ['staff', 'admins'], scopes: ['read', 'write'] })
    const right = { 'cognito:groups': ['others', 'staff'], scope: 'profile write' }
    await verify(await pool.sign(right))
    for (const groups of [undefined, [], ['others'], ['Staff']]) {
      const token = pool.sign({ ...right, 'cognito:groups': groups })
      await expect(verify(await token)).rejects.toEqual(rejection('group_missing'))
    }
    for (const scope of [undefined, '', 'profile', 'writer', 'read,write']) {
      const token = pool.sign({ ...right, scope })
      await expect(verify(await token)).rejects.toEqual(rejection('scope_missing'))
    }
  })
})

describe('several pools', () => {
  const openBoth = (other: object = {}) =>
    open({
      pools: [
        { userPoolId: pool.userPoolId },
        { userPoolId: otherPool.userPoolId, clientIds: ['other'], ...other },
      ],
      fetch: (url) => (url.includes('OtherPool') ? otherPool.fetch(url) : pool.fetch(url)),
    })

  it('each has its own keys and clients', async () => {
    const verify = openBoth()
    expect((await verify(await pool.sign())).userPoolId).toBe(pool.userPoolId)
    expect((await verify(await otherPool.sign())).userPoolId).toBe(otherPool.userPoolId)
    const crossed = { iss: otherPool.issuer, client_id: 'other' }
    await expect(verify(await pool.sign(crossed))).rejects.toEqual(rejection('kid_unknown'))
    const foreign = otherPool.sign({ client_id: pool.clientId })
    await expect(verify(await foreign)).rejects.toEqual(rejection('client_unknown'))
  })

  it('each may have its own checks', async () => {
    const verify = openBoth({ tokenUse: null, groups: ['staff'], clockToleranceSeconds: 60 })
    const claims = { token_use: 'id', aud: 'other', 'cognito:groups': ['staff'] }
    const exp = clockMs / 1000 - 59
    await verify(await otherPool.sign({ ...claims, exp }))
    await expect(verify(await otherPool.sign({ exp }))).rejects.toEqual(rejection('group_missing'))
    await expect(verify(await pool.sign({ exp }))).rejects.toEqual(rejection('expired'))
  })

  it('may share one key cache between verifiers', async () => {
    const keyCache = createKeyCache({ fetch: pool.fetch, now })
    const verifiers = [open({ keyCache }), open({ keyCache })]
    for (const verify of verifiers) await verify(await pool.sign())
    expect(pool.requests).toHaveLength(1)
  })
})

describe('a local pool', () => {
  it('has its own issuer and key URL', async () => {
    const issuer = 'http://localhost:9229/local_pool'
    const verify = open({ pools: [{ userPoolId: 'local_pool', issuer }], fetch: serve })
    await verify(await pool.sign({ iss: issuer }))
    await expect(verify(await pool.sign())).rejects.toEqual(rejection('issuer_unknown'))
  })

  it('may pretend to be on AWS while its keys are here', async () => {
    const jwksUrl = 'http://127.0.0.1:9229/keys'
    const verify = open({ pools: [{ userPoolId: pool.userPoolId, jwksUrl }], fetch: serve })
    await verify(await pool.sign())
  })

  const serve = async () => Response.json(pool.jwks)
})

describe("cognito-local's published key", () => {
  const userPoolId = 'us-east-1_TestPool1'
  const jwks = { keys: [publishedJwk] }
  const fetch = async () => Response.json(jwks)

  it('loads from this machine', async () => {
    const jwksUrl = 'http://127.0.0.1:9229/keys'
    await open({ pools: [{ userPoolId, jwksUrl }], fetch }).loadKeys()
  })

  it.each([
    ['AWS', {}],
    ['another host', { jwksUrl: 'https://cognito.example.com/keys' }],
    ['the configuration', { jwks }],
  ])('is no key when it comes from %s', async (_name, options) => {
    const verify = open({ pools: [{ userPoolId, ...options }], fetch })
    await expect(verify.loadKeys()).rejects.toThrow()
    await expect(verify(await pool.sign())).rejects.toThrow()
  })
})

describe('keys given beforehand', () => {
  it('are never fetched', async () => {
    const verify = open({ pools: [{ userPoolId: pool.userPoolId, jwks: pool.jwks }] })
    await verify.loadKeys()
    await verify(await pool.sign())
    const foreign = pool.sign({}, { kid: 'other' })
    await expect(verify(await foreign)).rejects.toEqual(rejection('kid_unknown'))
    expect(pool.requests).toEqual([])
  })
})

describe('loadKeys', () => {
  it('fetches what the first request would wait for', async () => {
    const verify = open()
    await verify.loadKeys()
    await verify(await pool.sign())
    expect(pool.requests).toHaveLength(1)
  })

  it('fails if there are none', async () => {
    const verify = open({ fetch: async () => new Response('', { status: 500 }) })
    await expect(verify.loadKeys()).rejects.toThrow(KeysUnavailableError)
    await expect(verify(await pool.sign())).rejects.toThrow(KeysUnavailableError)
  })
})

describe('a token seen before', () => {
  it('is refused from the second it expires, less the tolerance', async () => {
    const [strict, lenient] = [open(), open({ clockToleranceSeconds: 30 })]
    const exp = clockMs / 1000 + 60
    const token = await pool.sign({ exp })
    await Promise.all([strict(token), lenient(token)])
    clockMs += 60_000 - 1
    await Promise.all([strict(token), lenient(token)])
    clockMs += 1
    await expect(strict(token)).rejects.toEqual(rejection('expired'))
    clockMs += 30_000 - 1
    await lenient(token)
    clockMs += 1
    await expect(lenient(token)).rejects.toEqual(rejection('expired'))
  })

  it('is refused when the clock is set back before its nbf', async () => {
    const verify = open()
    const token = await pool.sign({ nbf: clockMs / 1000 })
    await verify(token)
    clockMs -= 1
    await expect(verify(token)).rejects.toEqual(rejection('not_yet_valid'))
  })

  it('is refused within ten minutes of its key being withdrawn', async () => {
    const verify = open()
    const token = await pool.sign()
    await verify(token)
    pool.jwks.keys = [newKey.jwk]
    clockMs += 10 * MINUTE
    await expect(verify(token)).rejects.toEqual(rejection('kid_unknown'))
  })

  it('is refused when its kid comes to name another key', async () => {
    const verify = open()
    const token = await pool.sign()
    await verify(token)
    pool.jwks.keys = pool.jwks.keys.map(({ kid }) => ({ ...newKey.jwk, kid: kid ?? '' }))
    clockMs += 10 * MINUTE
    await expect(verify(token)).rejects.toEqual(rejection('signature_invalid'))
  })

  it('still passes after its keys have been fetched again', async () => {
    const verify = open()
    const token = await pool.sign()
    const first = await verify(token)
    clockMs += 10 * MINUTE
    expect(await verify(token)).toBe(first)
    expect(pool.requests).toHaveLength(2)
  })

  it('passes for an hour while the keys cannot be fetched', async () => {
    let isDown = false
    const verify = open({
      fetch: async (url) => {
        if (isDown) throw new Error('no network')
        return pool.fetch(url)
      },
    })
    const token = await pool.sign({ exp: clockMs / 1000 + 86_400 })
    await verify(token)
    isDown = true
    for (let minute = 0; minute < 60; minute++) {
      clockMs += MINUTE
      await verify(token)
      await verify(await pool.sign())
    }
    clockMs += 10 * MINUTE
    await expect(verify(token)).rejects.toThrow(KeysUnavailableError)
  })
})
