import { beforeAll, describe, expect, it } from 'vitest'
import { readKeys } from './keys.ts'
import { createTestKey, publishedJwk, type TestKey } from './testing.ts'

let good: TestKey['jwk']
let other: typeof good
beforeAll(async () => {
  good = (await createTestKey('good')).jwk
  other = (await createTestKey('other')).jwk
})

const exportNewKey = async (modulusLength: number) => {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength }
  const publicExponent = new Uint8Array([1, 0, 1])
  const parameters = { ...algorithm, publicExponent }
  const pair = await crypto.subtle.generateKey(parameters, true, ['sign', 'verify'])
  return {
    publicJwk: await crypto.subtle.exportKey('jwk', pair.publicKey),
    privateJwk: await crypto.subtle.exportKey('jwk', pair.privateKey),
  }
}

const read = (keys: readonly unknown[], allowPublished = false, earlier = new Map()) =>
  readKeys({ keys }, { earlier, allowPublished })
const kidsOf = async (...keys: readonly unknown[]) => [...(await read(keys)).keys()]

describe('readKeys', () => {
  it('keeps the RSA keys that verify RS256', async () => {
    const { alg, use, ...bare } = other
    expect(await kidsOf(good, { ...bare, key_ops: ['verify'] })).toEqual(['good', 'other'])
  })

  it('leaves out whatever else a key set may hold', async () => {
    const { privateJwk } = await exportNewKey(2048)
    const junk: readonly unknown[] = [
      null,
      'key',
      42,
      [],
      {},
      { kid: 'symmetric', kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' },
      { kid: 'curve', kty: 'EC', crv: 'P-256', x: 'x', y: 'y', alg: 'ES256' },
      { kid: 'okp', kty: 'OKP', crv: 'Ed25519', x: 'x' },
      { ...privateJwk, kid: 'private', alg: 'RS256', key_ops: undefined },
      { ...other, kid: undefined },
      { ...other, kid: '' },
      { ...other, kid: 1 },
      { ...other, alg: 'RS512' },
      { ...other, alg: 'RSA-OAEP' },
      { ...other, use: 'enc' },
      { ...other, key_ops: ['encrypt'] },
      { ...other, key_ops: 'verify' },
      { ...other, n: undefined },
      { ...other, n: '' },
      { ...other, n: 'not base64url!' },
      { ...other, e: 65537 },
    ]
    expect(await kidsOf(...junk, good)).toEqual(['good'])
  })

  it('leaves out keys below 2048 bits', async () => {
    const { publicJwk } = await exportNewKey(1024)
    expect(await kidsOf({ ...publicJwk, kid: 'short' }, good)).toEqual(['good'])
  })

  it('takes the first of two keys with one name', async () => {
    const keys = await read([good, { ...other, kid: 'good' }])
    expect(keys.get('good')?.thumbprint).toBe((await read([good])).get('good')?.thumbprint)
  })

  it('reads a hundred keys at most', async () => {
    const keys = Array.from({ length: 150 }, (_, i) => ({ ...good, kid: `kid ${i}` }))
    expect(await kidsOf(...keys)).toHaveLength(100)
  })

  it('keeps the object of a key that is still there, and only then', async () => {
    const earlier = new Map(await read([good, other]))
    const keys = await read([good, { ...good, kid: 'other' }], false, earlier)
    expect(keys.get('good')).toBe(earlier.get('good'))
    expect(keys.get('other')).not.toBe(earlier.get('other'))
  })

  it('knows the key of cognito-local under any name, and lets it in only where it is told to', async () => {
    expect(await kidsOf(publishedJwk, { ...publishedJwk, kid: 'k', alg: undefined }, good)).toEqual(
      ['good'],
    )
    expect([...(await read([publishedJwk], true)).keys()]).toEqual(['CognitoLocal'])
  })

  it.each([null, 'keys', [], {}, { keys: {} }, { keys: [] }, { keys: [{ kty: 'oct' }] }])(
    'refuses %j, for it holds no usable key',
    async (jwks) => {
      await expect(readKeys(jwks, { earlier: new Map(), allowPublished: true })).rejects.toThrow(
        'JSON Web Key Set',
      )
    },
  )
})

it.each([
  ['as it is published', (jwk: typeof publishedJwk) => jwk],
  ['padded', (jwk: typeof publishedJwk) => ({ ...jwk, n: `${jwk.n}=` })],
  ['with a leading zero', (jwk: typeof publishedJwk) => ({ ...jwk, e: 'AAEAAQ' })],
])('knows the published key %s', async (_, write) => {
  const jwks = { keys: [write(publishedJwk)] }
  await expect(readKeys(jwks, { earlier: new Map(), allowPublished: false })).rejects.toThrow()
})
