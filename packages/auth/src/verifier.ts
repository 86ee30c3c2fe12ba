import { MAX_HEADER_LENGTH } from './bearer.ts'
import { checkClaims, checkTimes, isTimely } from './checks.ts'
import { readClaims, readIssuer, type VerifiedToken } from './claims.ts'
import { type DecodedToken, decodeToken, type JsonObject } from './decode-token.ts'
import { deepFreeze } from './deep-freeze.ts'
import { digestOf } from './digest.ts'
import { TokenRejectedError } from './errors.ts'
import { createKeyCache } from './key-cache.ts'
import type { Key } from './keys.ts'
import type { VerifierOptions } from './options.ts'
import { type Pool, readPools } from './pools.ts'
import { TokenCache } from './token-cache.ts'

/**
 * What a valid token says, at once where it was verified before; rejects with TokenRejectedError or
 * KeysUnavailableError.
 */
export type VerifyToken = (token: string) => VerifiedToken | Promise<VerifiedToken>

export type Verifier = VerifyToken & {
  /**
   * Fetches the keys of every pool beforehand, so that the first request does not wait for them.
   */
  readonly loadKeys: () => Promise<void>
  /** How often a token was known already, and how often it had to be verified. */
  readonly cache: { readonly hits: number; readonly misses: number }
}

/** A token whose signature is right. It stays right for as long as its key is the pool's. */
type Proven = {
  readonly token: VerifiedToken
  readonly header: JsonObject
  readonly pool: Pool
  readonly key: Key
  readonly about: DecodedToken['about']
}

const RS256 = { name: 'RSASSA-PKCS1-v1_5' }
const utf8 = new TextEncoder()

const isSigned = async ({ signedText, signature }: DecodedToken, { publicKey }: Key) => {
  try {
    return await crypto.subtle.verify(RS256, publicKey, signature, utf8.encode(signedText))
  } catch {
    // What some runtimes answer to a signature of the wrong length.
    return false
  }
}

/** The cheap checks come first, so that garbage costs neither a key fetch nor an RSA operation. */
const prove = async (text: string, pools: Map<string, Pool>, now: number): Promise<Proven> => {
  const decoded = decodeToken(text)
  const { about, header } = decoded
  const pool = pools.get(readIssuer(decoded))
  if (!pool) throw new TokenRejectedError('issuer_unknown', about)
  const token = readClaims(decoded, pool.userPoolId)
  checkClaims(token, pool, about)
  checkTimes(token, pool, now, about)
  const key = await pool.keys.find(about.kid)
  if (!key) throw new TokenRejectedError('kid_unknown', about)
  if (!(await isSigned(decoded, key))) throw new TokenRejectedError('signature_invalid', about)
  return { token: deepFreeze(token), header: deepFreeze(header), pool, key, about }
}

/** What may change while a token lives, asked each time; only the expected answer lets it pass. */
const passHooks = async (
  { token, header, pool, about }: Proven,
  isDenied: VerifierOptions['isDenied'],
): Promise<VerifiedToken> => {
  if (isDenied && (await isDenied(token)) !== false) throw new TokenRejectedError('denied', about)
  const { customCheck } = pool
  if (customCheck && (await customCheck(token, header)) !== true) {
    throw new TokenRejectedError('custom_check_failed', about)
  }
  return token
}

export const createVerifier = (options: VerifierOptions): Verifier => {
  const { now = Date.now, cacheEntries = 10_000, isDenied } = options
  const pools = readPools(options, options.keyCache ?? createKeyCache(options))
  const cache = new TokenCache<Proven>(cacheEntries)
  const counts = { hits: 0, misses: 0 }

  const pass = (proven: Proven) =>
    isDenied || proven.pool.customCheck ? passHooks(proven, isDenied) : proven.token

  const verifyAnew = async (text: string, digest: string) => {
    cache.delete(digest)
    const proven = await prove(text, pools, now())
    cache.insert(digest, proven)
    counts.misses += 1
    return pass(proven)
  }

  const verifyHashed = (text: string, digest: string) => {
    const known = cache.find(digest)
    if (!known) return verifyAnew(text, digest)
    const judge = (key: Key | undefined) => {
      const isSound = key === known.key && isTimely(known.token, known.pool, now())
      if (!isSound) return verifyAnew(text, digest)
      counts.hits += 1
      return pass(known)
    }
    const finding = known.pool.keys.find(known.about.kid)
    return finding instanceof Promise ? finding.then(judge) : judge(finding)
  }

  const verifyText = (text: string) => {
    if (text.length > MAX_HEADER_LENGTH) throw new TokenRejectedError('token_too_large')
    const hashing = digestOf(text)
    if (typeof hashing === 'string') return verifyHashed(text, hashing)
    return hashing.then((digest) => verifyHashed(text, digest))
  }

  const verify: VerifyToken = (text) => {
    try {
      return verifyText(text)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  const loadKeys = async () => {
    await Promise.all([...pools.values()].map(({ keys, isMain }) => isMain && keys.load()))
  }
  return Object.assign(verify, { loadKeys, cache: counts })
}
