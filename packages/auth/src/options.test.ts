import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import {
  createVerifier,
  type VerifiedToken,
  type VerifierOptions,
  type VerifyToken,
} from './index.ts'
import { createTestPool, type TestPool } from './testing.ts'

let pool: TestPool
beforeAll(async () => {
  pool = await createTestPool({ userPoolId: 'eu-west-1_Abc123' })
})

const open = (options: Partial<VerifierOptions>) =>
  createVerifier({ ...pool.verifierOptions, ...options })
const openPool = (options: object) =>
  open({ pools: [{ userPoolId: 'eu-west-1_Abc123', ...options }] })

describe('options that cannot be meant are refused at once', () => {
  it.each([
    ['no pool', { pools: [] }],
    ['no client', { clientIds: [] }],
    ['an empty client', { clientIds: ['client', ''] }],
    ['no group', { groups: [] }],
    ['no scope', { scopes: [] }],
    ['a negative tolerance', { clockToleranceSeconds: -1 }],
    ['an endless tolerance', { clockToleranceSeconds: Number.POSITIVE_INFINITY }],
    ['a cache without bound', { cacheEntries: Number.POSITIVE_INFINITY }],
    ['the same pool twice', { pools: [1, 2].map(() => ({ userPoolId: 'eu-west-1_Abc123' })) }],
  ])('%s', (_name, options) => expect(() => open(options)).toThrow(TypeError))

  it.each([
    ['another region', { region: 'us-east-1' }],
    ['no pool id', { userPoolId: '' }],
    ['a pool id without region', { userPoolId: 'Abc123' }],
    ['a pool id that leads elsewhere', { userPoolId: 'x.evil.com/eu-west-1_Abc123' }],
    ['an empty issuer', { issuer: '' }],
    ['keys over http', { jwksUrl: 'http://example.com/jwks.json' }],
    ['keys from a file', { jwksUrl: 'file:///tmp/jwks.json' }],
    ['keys from nowhere', { jwksUrl: 'jwks.json' }],
    ['an issuer that is no URL, without keys', { issuer: 'cruddur' }],
    ['an issuer with a query, without keys', { issuer: 'https://example.com/pool?a=b' }],
    ['an issuer with a slash at its end, without keys', { issuer: 'https://example.com/pool/' }],
    ['keys behind a password', { jwksUrl: 'https://me:secret@example.com/jwks.json' }],
    ['keys behind a query', { jwksUrl: 'https://example.com/jwks.json?pool=other' }],
    ['no client of its own', { clientIds: [] }],
    ['keys given twice', { jwks: { keys: [] }, jwksUrl: 'https://example.com/jwks.json' }],
  ])('a pool with %s', (_name, options) => expect(() => openPool(options)).toThrow(TypeError))

  it('clients that are missing altogether', () => {
    const { clientIds, ...rest } = pool.verifierOptions
    // @ts-expect-error clientIds has to be given, if only as null
    expect(() => createVerifier(rest)).toThrow('clientIds is missing')
  })
})

describe('options that can be meant', () => {
  it.each([
    ['its region', { region: 'eu-west-1' }],
    ['GovCloud', { userPoolId: 'us-gov-west-1_Abc123' }],
    ['the European Sovereign Cloud', { userPoolId: 'eusc-de-east-1_Abc123' }],
    ['an issuer on this machine', { userPoolId: 'local', issuer: 'http://localhost:9229/local' }],
    ['only its keys on this machine', { jwksUrl: 'http://127.0.0.1:9229/x/jwks.json' }],
    ['every client', { clientIds: null }],
  ])('a pool with %s', (_name, options) => expect(openPool(options)).toBeTypeOf('function'))
})

describe('types', () => {
  it('allow what is meant', () => {
    expectTypeOf(createVerifier).returns.toExtend<VerifyToken>()
    expectTypeOf<VerifyToken>().returns.resolves.toEqualTypeOf<VerifiedToken>()
    expectTypeOf(fetch).toExtend<NonNullable<VerifierOptions['fetch']>>()
  })

  it('refuse misuse', () => {
    const base = { pools: [{ userPoolId: 'eu-west-1_Abc123' }], clientIds: ['client'] }
    const misuse = (token: VerifiedToken) => {
      // @ts-expect-error a token is shared by all requests that carry it
      token.sub = 'someone else'
      // @ts-expect-error so are its lists
      token.groups.push('admins')
      // @ts-expect-error there is no third kind of token
      createVerifier({ ...base, tokenUse: 'refresh' })
      // @ts-expect-error a check has to say yes or no
      createVerifier({ ...base, customCheck: () => undefined })
      // @ts-expect-error so has a deny-list
      createVerifier({ ...base, isDenied: () => 'no' })
    }
    expectTypeOf(misuse).toBeFunction()
  })
})
