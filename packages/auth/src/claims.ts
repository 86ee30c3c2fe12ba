import type { DecodedToken, JsonObject } from './decode-token.ts'
import { type About, TokenRejectedError } from './errors.ts'

/** What a verified token says. Frozen: one object serves every request that carries the token. */
export type VerifiedToken = {
  readonly sub: string
  readonly username: string | undefined
  readonly clientId: string
  readonly userPoolId: string
  readonly tokenUse: 'access' | 'id'
  readonly groups: readonly string[]
  readonly scopes: readonly string[]
  readonly jti: string | undefined
  readonly originJti: string | undefined
  readonly expiresAtSeconds: number
  readonly notBeforeSeconds: number | undefined
  readonly payload: JsonObject
}

type Claims = { payload: JsonObject; about: About }

const malformed = (claim: string, about: About) =>
  new TokenRejectedError('claim_malformed', { ...about, claim })

const readString = ({ payload, about }: Claims, claim: string): string | undefined => {
  const value = payload[claim]
  if (value === undefined) return undefined
  // No claim of Cognito's has them, and not every database can be asked for one that has.
  const isText = typeof value === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(value)
  if (!isText) throw malformed(claim, about)
  return value
}

const readSeconds = ({ payload, about }: Claims, claim: string): number | undefined => {
  const value = payload[claim]
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) throw malformed(claim, about)
  return value
}

const readGroups = ({ payload, about }: Claims): readonly string[] => {
  const value = payload['cognito:groups']
  if (value === undefined) return []
  const isList = Array.isArray(value) && value.every((group) => typeof group === 'string')
  if (!isList) throw malformed('cognito:groups', about)
  return value
}

/** An empty scope claim is a token without scopes, not a malformed one. */
const readScopes = (claims: Claims): readonly string[] =>
  claims.payload.scope === '' ? [] : (readString(claims, 'scope')?.split(' ').filter(Boolean) ?? [])

const readTokenUse = (claims: Claims): 'access' | 'id' => {
  const tokenUse = demand(claims, 'token_use', readString)
  if (tokenUse === 'access' || tokenUse === 'id') return tokenUse
  throw new TokenRejectedError('token_use_refused', claims.about)
}

const demand = <T>(
  claims: Claims,
  claim: string,
  read: (c: Claims, n: string) => T | undefined,
) => {
  const value = read(claims, claim)
  if (value !== undefined) return value
  throw new TokenRejectedError('claim_missing', { ...claims.about, claim })
}

export const readIssuer = (decoded: DecodedToken): string => demand(decoded, 'iss', readString)

export const readClaims = (decoded: DecodedToken, userPoolId: string): VerifiedToken => {
  const tokenUse = readTokenUse(decoded)
  readSeconds(decoded, 'iat')
  return {
    sub: demand(decoded, 'sub', readString),
    username: readString(decoded, tokenUse === 'id' ? 'cognito:username' : 'username'),
    clientId: demand(decoded, tokenUse === 'id' ? 'aud' : 'client_id', readString),
    userPoolId,
    tokenUse,
    groups: readGroups(decoded),
    scopes: readScopes(decoded),
    jti: readString(decoded, 'jti'),
    originJti: readString(decoded, 'origin_jti'),
    expiresAtSeconds: demand(decoded, 'exp', readSeconds),
    notBeforeSeconds: readSeconds(decoded, 'nbf'),
    payload: decoded.payload,
  }
}
