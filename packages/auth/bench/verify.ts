import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { createVerifier, type VerifyToken } from '../src/index.ts'
import { createTestPool } from '../src/testing.ts'

const ROUNDS = 100
const TOKENS = 1000
/** Tokens verified for the first time in one round. */
const SLICE = 200

type Verify = (token: string) => unknown

const pool = await createTestPool({ userPoolId: 'us-east-1_BenchPool', clientId: 'bench' })
const { userPoolId, clientId, issuer } = pool
const sign = async () => Buffer.from(await pool.sign(), 'latin1')
const tokens = await Promise.all(Array.from({ length: TOKENS }, sign))

/** A new string each time, as a server reads one from a request: V8 remembers an old one's hash. */
const tokenAt = (index: number): string => tokens[index % TOKENS]?.toString('latin1') ?? ''

const openJose = (): Verify => {
  const keys = createLocalJWKSet(pool.jwks)
  const requiredClaims = ['exp', 'sub', 'token_use', 'client_id']
  return (token) => jwtVerify(token, keys, { issuer, algorithms: ['RS256'], requiredClaims })
}

const openAws = (): Verify => {
  const verifier = CognitoJwtVerifier.create({ userPoolId, tokenUse: 'access', clientId })
  verifier.cacheJwks({
    keys: pool.jwks.keys.map(({ kid = '', n = '', e = '' }) => ({ kid, kty: 'RSA', n, e })),
  })
  return (token) => verifier.verify(token)
}

const openOurs = async (): Promise<VerifyToken> => {
  const verify = createVerifier(pool.verifierOptions)
  await verify.loadKeys()
  return verify
}

const openSeen = async (): Promise<VerifyToken> => {
  const verify = await openOurs()
  for (let i = 0; i < TOKENS; i++) await verify(tokenAt(i))
  return verify
}

/** Verifications a second, one after the other. */
const measure = async (verify: Verify, count: number, offset: number): Promise<number> => {
  const startedAt = performance.now()
  for (let i = 0; i < count; i++) await verify(tokenAt(offset + i))
  return (count * 1000) / (performance.now() - startedAt)
}

const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN

/** Short slices in turn, so that whatever else the machine does slows all of them alike. */
const race = async () => {
  const [jose, aws, seen] = [openJose(), openAws(), await openSeen()]
  const figures = { jose: [0], aws: [0], first: [0], repeated: [0] }
  for (const list of Object.values(figures)) list.pop()
  for (let round = 0; round < ROUNDS; round++) {
    const first = await openOurs()
    const offset = round * SLICE
    figures.jose.push(await measure(jose, SLICE, offset))
    figures.aws.push(await measure(aws, SLICE, offset))
    figures.first.push(await measure(first, SLICE, offset))
    figures.repeated.push(await measure(seen, 20 * SLICE, offset))
  }
  return {
    jose: median(figures.jose),
    aws: median(figures.aws),
    first: median(figures.first),
    repeated: median(figures.repeated),
  }
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What a verifier that remembers every token holds more than one that remembers none. */
const measureMemory = async (): Promise<number> => {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const verify = await openSeen()
  collectGarbage()
  const bytes = (process.memoryUsage().heapUsed - before) / TOKENS
  await verify(tokenAt(0))
  return bytes
}

const whole = (value: number) => Math.round(value).toLocaleString('en')
const row = (name: string, ...cells: readonly string[]) =>
  console.log(name.padEnd(32) + cells.map((cell) => cell.padStart(18)).join(''))

const rates = await race()
row('RS256, one after the other', 'verified/s', '× jose', '× aws-jwt-verify')
for (const [name, rate] of [
  ['jose, jwtVerify + local JWKS', rates.jose],
  ['aws-jwt-verify', rates.aws],
  ['@cruddur/auth, first time', rates.first],
  ['@cruddur/auth, repeated', rates.repeated],
] as const) {
  row(name, whole(rate), (rate / rates.jose).toFixed(2), (rate / rates.aws).toFixed(2))
}
console.log(`\na remembered token: ${whole(await measureMemory())} bytes\n`)

for (const [floor, isReached] of [
  ['first time ≥ 0.9 × jose', rates.first >= 0.9 * rates.jose],
  ['repeated ≥ 10 × aws-jwt-verify', rates.repeated >= 10 * rates.aws],
] as const) {
  console.log(`${isReached ? 'reached    ' : 'NOT REACHED'} ${floor}`)
  if (!isReached) process.exitCode = 1
}
