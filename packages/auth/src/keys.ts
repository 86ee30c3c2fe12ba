import { type CryptoKey, calculateJwkThumbprint, exportJWK, importJWK } from 'jose'

/** Equal thumbprints are equal keys: so a kid whose key was exchanged is noticed. */
export type Key = { readonly thumbprint: string; readonly publicKey: CryptoKey }
export type Keys = ReadonlyMap<string, Key>

const MAX_KEYS = 100
const MIN_MODULUS_BITS = 2048

/**
 * The key that cognito-local signs with: its private half is in the npm package, for all to use.
 */
const PUBLISHED_THUMBPRINT = 'jS8J3RuOy291lpsiFe2NfKV6VkdfMF4Q_840qOLXAjs'

type RsaKey = { kty: 'RSA'; kid: string; n: string; e: string }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** A public RSA key that verifies RS256; symmetric, private and encryption keys are none. */
const isUsable = (key: unknown): key is RsaKey =>
  isObject(key) &&
  key.kty === 'RSA' &&
  [key.kid, key.n, key.e].every((part) => typeof part === 'string' && part !== '') &&
  (key.alg === undefined || key.alg === 'RS256') &&
  (key.use === undefined || key.use === 'sig') &&
  (key.key_ops === undefined || (Array.isArray(key.key_ops) && key.key_ops.includes('verify'))) &&
  key.d === undefined

/** The thumbprint is of the key itself: its text may be written in many ways. */
const importKey = async ({ n, e }: RsaKey): Promise<Key | undefined> => {
  try {
    const publicKey = await importJWK({ kty: 'RSA', n, e }, 'RS256')
    const { algorithm } = publicKey
    const bits = 'modulusLength' in algorithm ? Number(algorithm.modulusLength) : 0
    if (bits < MIN_MODULUS_BITS) return undefined
    return { thumbprint: await calculateJwkThumbprint(await exportJWK(publicKey)), publicKey }
  } catch {
    return undefined
  }
}

/**
 * The usable keys of a JSON Web Key Set, by kid. A key that was there before stays the same object.
 * Throws when nothing is usable: an answer like that is a fault, not a withdrawal of every key.
 */
export const readKeys = async (
  jwks: unknown,
  { earlier, allowPublished }: { earlier: Keys; allowPublished: boolean },
): Promise<Keys> => {
  if (!isObject(jwks) || !Array.isArray(jwks.keys)) throw new Error('not a JSON Web Key Set')
  const keys = new Map<string, Key>()
  for (const jwk of jwks.keys.slice(0, MAX_KEYS)) {
    if (!isUsable(jwk) || keys.has(jwk.kid)) continue
    const key = await importKey(jwk)
    if (!key || (key.thumbprint === PUBLISHED_THUMBPRINT && !allowPublished)) continue
    const known = earlier.get(jwk.kid)
    keys.set(jwk.kid, known?.thumbprint === key.thumbprint ? known : key)
  }
  if (keys.size === 0) throw new Error('a JSON Web Key Set without a usable key')
  return keys
}
