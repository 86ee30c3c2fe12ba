import { beforeAll, describe, expect, it } from 'vitest'
import {
  createVerifier,
  type RejectionCode,
  readBearer,
  TokenRejectedError,
  type VerifyToken,
} from './index.ts'
import { createTestKey, createTestPool, type TestKey, type TestPool } from './testing.ts'

type Parts = [header: string, payload: string, signature: string]
type Json = { readonly [name: string]: unknown }
type Row = readonly [name: string, code: RejectionCode | 'accepted', make: () => Promise<string>]

let pool: TestPool
let attacker: TestKey
let token: string
beforeAll(async () => {
  pool = await createTestPool()
  attacker = await createTestKey('key-of-us-east-1_TestPool1')
  token = await pool.sign()
})

const seconds = () => Math.floor(Date.now() / 1000)
const failureOf = async (verifying: ReturnType<VerifyToken>): Promise<unknown> => {
  try {
    return void (await verifying)
  } catch (error) {
    return error
  }
}
const codeOf = async (verifying: ReturnType<VerifyToken>) => {
  const error = await failureOf(verifying)
  if (error === undefined) return 'accepted'
  return error instanceof TokenRejectedError ? error.code : error
}

const encode = (part: string | Uint8Array) => Buffer.from(part).toString('base64url')
const parts = (text: string): Parts => {
  const [header = '', payload = '', signature = ''] = text.split('.')
  return [header, payload, signature]
}
const payloadOf = (text: string): Json =>
  JSON.parse(Buffer.from(parts(text)[1], 'base64url').toString())

/**
 * Whatever header and payload text, signed by the pool's real key unless another algorithm is
 * given.
 */
const forge = async (header: string | Uint8Array, payload: string | Uint8Array) => {
  const signedText = `${encode(header)}.${encode(payload)}`
  const bytes = new TextEncoder().encode(signedText)
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', pool.privateKey, bytes)
  return `${signedText}.${encode(new Uint8Array(signature))}`
}
const header = (change: Json = {}) =>
  JSON.stringify({ kid: 'key-of-us-east-1_TestPool1', alg: 'RS256', ...change })
const forgeHeader = (change: Json) => forge(header(change), JSON.stringify(payloadOf(token)))
const forgePayload = (payload: string | Uint8Array) => forge(header(), payload)
const hmac = async (hash: string, secret: string) => {
  const bytes = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: `SHA-${hash}` }
  const key = await crypto.subtle.importKey('raw', bytes.encode(secret), algorithm, false, ['sign'])
  const signedText = `${encode(header({ alg: `HS${hash}` }))}.${parts(token)[1]}`
  const signature = await crypto.subtle.sign('HMAC', key, bytes.encode(signedText))
  return `${signedText}.${encode(new Uint8Array(signature))}`
}
const withParts = (change: (parts: Parts) => string) => async () => change(parts(token))
const flipBit = (text: string) => {
  const bytes = Buffer.from(text, 'base64url')
  bytes[0] = (bytes[0] ?? 0) ^ 1
  return encode(bytes)
}
const text = (value: string) => async () => value
const claims = (change: Json) => () => pool.sign(change)

/** JSON but for one byte inside a string. */
const notUtf8 = Buffer.from('{"alg":"\xff"}', 'latin1')

const malformed: readonly Row[] = [
  ['nothing', 'token_malformed', text('')],
  ['a word', 'token_malformed', text('null')],
  ['one part', 'token_malformed', withParts(([h]) => h)],
  ['two parts', 'token_malformed', withParts(([h, p]) => `${h}.${p}`)],
  ['four parts', 'token_malformed', async () => `${token}.`],
  [
    'five parts, as of a JWE',
    'token_malformed',
    withParts(([h, p, s]) => [h, p, s, s, s].join('.')),
  ],
  ['only dots', 'header_malformed', text('..')],
  ['8000 dots', 'token_malformed', text('.'.repeat(8000))],
  ['a signature in JSON form', 'token_malformed', text('{"payload":"e30","signature":"e30"}')],
  ['a line end after it', 'token_malformed', async () => `${token}\n`],
  ['a space before it', 'token_malformed', async () => ` ${token}`],
  ['a NUL in it', 'token_malformed', async () => token.replace('.', '.\0')],
  ['a full-width dot', 'token_malformed', async () => token.replace('.', '．')],
  ['escaped dots', 'token_malformed', async () => token.replaceAll('.', '%2E')],
  ['a padded signature', 'token_malformed', async () => `${token}==`],
  ['a padded header', 'token_malformed', withParts(([h, p, s]) => `${h}=.${p}.${s}`)],
  ['unused bits set', 'token_malformed', async () => `${token.slice(0, -1)}${nextTo(token)}`],
  ['base64 in place of base64url', 'token_malformed', withParts(([h, p, s]) => `${h}.${p}.+/${s}`)],
  ['an impossible length', 'token_malformed', async () => `${token}AAA`],
  ['more than 8 KiB', 'token_too_large', text('a'.repeat(8193))],
  ['more than 8 KiB, signed', 'token_too_large', claims({ note: 'x'.repeat(8000) })],
  ['a header that is not JSON', 'header_malformed', () => forge('{"alg":', '{}')],
  ['a header list', 'header_malformed', () => forge('["RS256"]', '{}')],
  ['a header null', 'header_malformed', () => forge('null', '{}')],
  ['a header not UTF-8', 'header_malformed', () => forge(notUtf8, '{}')],
  ['a header with a BOM', 'header_malformed', () => forge(`\ufeff${header()}`, '{}')],
  ['a header of brackets', 'header_malformed', () => forge('['.repeat(4000), '{}')],
  ['a payload that is not JSON', 'payload_malformed', () => forgePayload('{"sub"')],
  ['a payload list', 'payload_malformed', () => forgePayload('[]')],
  ['a payload null', 'payload_malformed', () => forgePayload('null')],
  ['a payload number', 'payload_malformed', () => forgePayload('1')],
  ['a payload not UTF-8', 'payload_malformed', () => forgePayload(notUtf8)],
  ['a payload with two values', 'payload_malformed', () => forgePayload('{}{}')],
  ['a detached payload', 'payload_malformed', withParts(([h, , s]) => `${h}..${s}`)],
]
const nextTo = (text: string) => ({ A: 'B', Q: 'R', g: 'h', w: 'x' })[text.at(-1) ?? ''] ?? ''

const headers: readonly Row[] = [
  ['no alg', 'alg_refused', () => forgeHeader({ alg: undefined })],
  ['an empty alg', 'alg_refused', () => forgeHeader({ alg: '' })],
  ['a list of alg', 'alg_refused', () => forgeHeader({ alg: ['RS256'] })],
  ['alg rs256', 'alg_refused', () => forgeHeader({ alg: 'rs256' })],
  [
    'alg none, unsigned',
    'alg_refused',
    withParts(([, p]) => `${encode(header({ alg: 'none' }))}.${p}.`),
  ],
  [
    'alg nOnE, unsigned',
    'alg_refused',
    withParts(([, p]) => `${encode(header({ alg: 'nOnE' }))}.${p}.`),
  ],
  ['alg none, signed', 'alg_refused', () => forgeHeader({ alg: 'none' })],
  ['HS256 with the modulus', 'alg_refused', () => hmac('256', String(pool.jwks.keys[0]?.n))],
  ['HS256 with the JWK', 'alg_refused', () => hmac('256', JSON.stringify(pool.jwks.keys[0]))],
  ['HS384 with one letter', 'alg_refused', () => hmac('384', 'x')],
  ['HS512 with one letter', 'alg_refused', () => hmac('512', 'x')],
  ...['RS384', 'RS512', 'PS256', 'ES256', 'EdDSA', 'RSA-OAEP', 'dir'].map(
    (alg): Row => [`alg ${alg}, not the key's`, 'alg_refused', () => forgeHeader({ alg })],
  ),
  ['crit', 'crit_refused', () => forgeHeader({ crit: ['exp'], exp: 1 })],
  ['an empty crit', 'crit_refused', () => forgeHeader({ crit: [] })],
  ['a null crit', 'crit_refused', () => forgeHeader({ crit: null })],
  ['crit b64', 'crit_refused', () => forgeHeader({ crit: ['b64'], b64: false })],
  ['no kid', 'kid_missing', () => forgeHeader({ kid: undefined })],
  ['an empty kid', 'kid_missing', () => forgeHeader({ kid: '' })],
  ['a number for a kid', 'kid_missing', () => forgeHeader({ kid: 1 })],
  ['SQL for a kid', 'kid_missing', () => forgeHeader({ kid: "' or 1=1 --" })],
  ['a log line for a kid', 'kid_missing', () => forgeHeader({ kid: 'a\nWARN b' })],
  ['a kid without end', 'kid_missing', () => forgeHeader({ kid: 'k'.repeat(1000) })],
  ['an unknown kid', 'kid_unknown', () => forgeHeader({ kid: 'other' })],
  ['a path for a kid', 'kid_unknown', () => forgeHeader({ kid: '../../dev/null' })],
  ['a prototype for a kid', 'kid_unknown', () => forgeHeader({ kid: '__proto__' })],
  ['an own jwk', 'signature_invalid', () => attacker.sign(payloadOf(token), { jwk: attacker.jwk })],
  [
    'an own jku',
    'signature_invalid',
    () => attacker.sign(payloadOf(token), { jku: 'https://evil' }),
  ],
  [
    'an own x5u',
    'signature_invalid',
    () => attacker.sign(payloadOf(token), { x5u: 'https://evil' }),
  ],
]

const required = ['iss', 'sub', 'exp', 'token_use', 'client_id']
const notStrings = [1, null, '', 'a\0', 'a\n', 'a\ud800', [], ['x'], {}, true]
const strings = ['iss', 'sub', 'token_use', 'client_id', 'username', 'jti', 'origin_jti']
const payloads: readonly Row[] = [
  ['no claims', 'claim_missing', claims({ ...Object.fromEntries(required.map((c) => [c])) })],
  ...required.map((c): Row => [`no ${c}`, 'claim_missing', claims({ [c]: undefined })]),
  ...strings.flatMap((c) =>
    notStrings.map(
      (value): Row => [`${c} ${JSON.stringify(value)}`, 'claim_malformed', claims({ [c]: value })],
    ),
  ),
  ...['exp', 'nbf', 'iat'].flatMap((c) =>
    ['9999999999', null, true, [9_999_999_999]].map(
      (value): Row => [`${c} ${JSON.stringify(value)}`, 'claim_malformed', claims({ [c]: value })],
    ),
  ),
  [
    'exp beyond all numbers',
    'claim_malformed',
    () => {
      const json = JSON.stringify({ ...payloadOf(token), exp: 0 })
      return forgePayload(json.replace('"exp":0', '"exp":1e999'))
    },
  ],
  ['a list of scopes', 'claim_malformed', claims({ scope: ['read'] })],
  ['a word for groups', 'claim_malformed', claims({ 'cognito:groups': 'staff' })],
  ['numbers for groups', 'claim_malformed', claims({ 'cognito:groups': [1] })],
]

const iss = (issuer: string) => claims({ iss: issuer })
const strangers: readonly Row[] = [
  [
    "another pool's issuer",
    'issuer_unknown',
    iss('https://cognito-idp.us-east-1.amazonaws.com/us-east-1_x'),
  ],
  [
    'another region',
    'issuer_unknown',
    iss('https://cognito-idp.eu-west-1.amazonaws.com/us-east-1_TestPool1'),
  ],
  ['a slash after it', 'issuer_unknown', () => pool.sign({ iss: `${pool.issuer}/` })],
  ['http', 'issuer_unknown', () => pool.sign({ iss: pool.issuer.replace('https', 'http') })],
  ['upper case', 'issuer_unknown', () => pool.sign({ iss: pool.issuer.toUpperCase() })],
  [
    'a longer host',
    'issuer_unknown',
    () => pool.sign({ iss: pool.issuer.replace('.com', '.com.evil') }),
  ],
  ["the local pool's issuer", 'issuer_unknown', iss('http://localhost:9229/us-east-1_TestPool1')],
  ['an id token', 'token_use_refused', claims({ token_use: 'id', aud: 'test-client' })],
  ['a refresh token', 'token_use_refused', claims({ token_use: 'refresh' })],
  ['token_use Access', 'token_use_refused', claims({ token_use: 'Access' })],
  ['another client', 'client_unknown', claims({ client_id: 'other' })],
  ['part of the client', 'client_unknown', claims({ client_id: 'test' })],
  ['the client and more', 'client_unknown', claims({ client_id: 'test-client,other' })],
  ['the client as aud', 'client_unknown', claims({ client_id: 'other', aud: 'test-client' })],
  ['expired now', 'expired', () => pool.sign({ exp: seconds() })],
  ['expired long ago', 'expired', claims({ exp: 1 })],
  ['expired before time began', 'expired', claims({ exp: -1 })],
  ['not yet valid', 'not_yet_valid', () => pool.sign({ nbf: seconds() + 60 })],
]

const signatures: readonly Row[] = [
  ['no signature', 'signature_invalid', withParts(([h, p]) => `${h}.${p}.`)],
  [
    'a short signature',
    'signature_invalid',
    withParts(([h, p, s]) => `${h}.${p}.${s.slice(0, 4)}`),
  ],
  ['a long signature', 'signature_invalid', withParts(([h, p, s]) => `${h}.${p}.AAAA${s}`)],
  ['zeros', 'signature_invalid', withParts(([h, p]) => `${h}.${p}.${encode(new Uint8Array(256))}`)],
  ['one bit of it', 'signature_invalid', withParts(([h, p, s]) => `${h}.${p}.${flipBit(s)}`)],
  ['an own key of that name', 'signature_invalid', () => attacker.sign(payloadOf(token))],
  [
    "another token's signature",
    'signature_invalid',
    async () => {
      const [, , signature] = parts(await pool.sign())
      return [...parts(token).slice(0, 2), signature].join('.')
    },
  ],
  [
    'another subject',
    'signature_invalid',
    withParts(([h, , s]) =>
      [h, encode(JSON.stringify({ ...payloadOf(token), sub: 'admin' })), s].join('.'),
    ),
  ],
  [
    'the same claims with a space more',
    'signature_invalid',
    withParts(([h, , s]) => [h, encode(JSON.stringify(payloadOf(token), null, 1)), s].join('.')),
  ],
  [
    'another header',
    'signature_invalid',
    withParts(([, p, s]) => [encode(header({ typ: 'JWT' })), p, s].join('.')),
  ],
]

const odd: readonly Row[] = [
  ['no jti', 'accepted', claims({ jti: undefined, origin_jti: undefined })],
  ['no scope', 'accepted', claims({ scope: undefined })],
  ['an empty scope', 'accepted', claims({ scope: '' })],
  ['a fraction of a second', 'accepted', () => pool.sign({ exp: seconds() + 60.5 })],
  ['issued in the future', 'accepted', () => pool.sign({ iat: seconds() + 3600 })],
  ['letters beyond ASCII', 'accepted', claims({ username: 'Zoë 🦉', note: '\ud800' })],
  [
    'a claim named __proto__',
    'accepted',
    () => {
      const json = JSON.stringify(payloadOf(token))
      return forgePayload(json.replace('{', '{"__proto__":{"sub":"admin"},'))
    },
  ],
  ['a typ', 'accepted', () => forgeHeader({ typ: 'JWT' })],
  ['header names nobody knows', 'accepted', () => forgeHeader({ foo: 1, b64: false, zip: 'DEF' })],
  [
    'jku, x5u and jwk beside a right signature',
    'accepted',
    () => forgeHeader({ jku: 'https://evil', x5u: 'https://evil', jwk: attacker.jwk }),
  ],
]

describe.each([
  ['is malformed', malformed],
  ['has a bad header:', headers],
  ['has a bad claim:', payloads],
  ['is for somebody else or another time:', strangers],
  ['has a bad signature:', signatures],
  ['is odd but right:', odd],
])('a token that %s', (_group, rows) => {
  it.each(rows)('%s → %s', async (_name, code, make) => {
    const verify = createVerifier(pool.verifierOptions)
    // With the genuine token in the cache, for a hit must not be any easier to come by.
    await verify(token)
    const hostile = await make()
    expect(await codeOf(verify(hostile))).toBe(code)
  })
})

describe('what is said about a refused token', () => {
  it('is its kid and its jti', async () => {
    const verify = createVerifier(pool.verifierOptions)
    const error = await failureOf(verify(await pool.sign({ jti: 'j1', exp: 1 })))
    expect(error).toMatchObject({ code: 'expired', kid: 'key-of-us-east-1_TestPool1', jti: 'j1' })
    expect(String(error)).toBe(
      'TokenRejectedError: expired (kid key-of-us-east-1_TestPool1, jti j1)',
    )
  })

  it('is nothing else of it', async () => {
    const verify = createVerifier({ ...pool.verifierOptions, clientIds: ['other'] })
    const secret = await pool.sign({ sub: 'ada', username: 'lovelace', jti: 'x\n[WARN] forged' })
    const error = await failureOf(verify(secret))
    const shown = `${error instanceof Error && error.stack} ${JSON.stringify(error)}`
    for (const part of ['ada', 'lovelace', 'forged', ...parts(secret)]) {
      expect(shown).not.toContain(part)
    }
  })

  it('causes no fetch, whatever is thrown at it', async () => {
    const verify = createVerifier(pool.verifierOptions)
    await verify.loadKeys()
    const before = pool.requests.length
    const floods = Array.from({ length: 10_000 }, (_, i) => {
      const kid = `random-${i}`
      return codeOf(verify(`${encode(header({ kid }))}.${parts(token)[1]}.AAAA`))
    })
    expect(new Set(await Promise.all(floods))).toEqual(new Set(['kid_unknown']))
    expect(pool.requests).toHaveLength(before)
  })
})

describe('an Authorization header', () => {
  it('leads to the viewer', async () => {
    const verify = createVerifier(pool.verifierOptions)
    const read = readBearer(`bearer ${token}`)
    expect((await verify(read ?? '')).sub).toBe(payloadOf(token).sub)
  })
})
