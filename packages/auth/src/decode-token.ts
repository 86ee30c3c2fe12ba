import { decodeBase64url } from './base64url.ts'
import { TokenRejectedError } from './errors.ts'

export type JsonObject = { readonly [name: string]: unknown }

export type DecodedToken = {
  readonly header: JsonObject
  readonly payload: JsonObject
  readonly signedText: string
  readonly signature: Uint8Array<ArrayBuffer>
  readonly about: { readonly kid: string; readonly jti: string | undefined }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const readObject = (bytes: Uint8Array): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** What a log may repeat of a token that nobody has verified yet. */
const loggable = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w+/=.:-]{1,128}$/.test(value) ? value : undefined

const readKid = (header: JsonObject): string => {
  const kid = loggable(header.kid)
  // Cognito signs with RS256 only: `none`, HMAC and every other algorithm end here.
  if (header.alg !== 'RS256') throw new TokenRejectedError('alg_refused', { kid })
  if ('crit' in header) throw new TokenRejectedError('crit_refused', { kid })
  if (kid === undefined) throw new TokenRejectedError('kid_missing')
  return kid
}

/** Takes a token apart without believing any of it. */
export const decodeToken = (token: string): DecodedToken => {
  const parts = token.split('.', 4)
  const [headerBytes, payloadBytes, signature] = parts.map(decodeBase64url)
  if (!headerBytes || !payloadBytes || !signature || parts.length > 3) {
    throw new TokenRejectedError('token_malformed')
  }
  const header = readObject(headerBytes)
  if (!header) throw new TokenRejectedError('header_malformed')
  const kid = readKid(header)
  const payload = readObject(payloadBytes)
  if (!payload) throw new TokenRejectedError('payload_malformed', { kid })
  const signedText = token.slice(0, token.lastIndexOf('.'))
  return { header, payload, signedText, signature, about: { kid, jti: loggable(payload.jti) } }
}
