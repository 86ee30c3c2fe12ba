import type { VerifiedToken } from './claims.ts'
import { type About, TokenRejectedError } from './errors.ts'
import type { Pool } from './pools.ts'

const isAnyOf = (wanted: readonly string[] | null | undefined, found: readonly string[]) =>
  !wanted || found.some((name) => wanted.includes(name))

/** What of a token never changes: asked once. */
export const checkClaims = (token: VerifiedToken, pool: Pool, about: About): void => {
  const { tokenUse = 'access' } = pool
  if (tokenUse !== null && token.tokenUse !== tokenUse) {
    throw new TokenRejectedError('token_use_refused', about)
  }
  if (!isAnyOf(pool.clientIds, [token.clientId])) {
    throw new TokenRejectedError('client_unknown', about)
  }
  if (!isAnyOf(pool.groups, token.groups)) throw new TokenRejectedError('group_missing', about)
  if (!isAnyOf(pool.scopes, token.scopes)) throw new TokenRejectedError('scope_missing', about)
}

const isExpired = (token: VerifiedToken, { clockToleranceSeconds = 0 }: Pool, now: number) =>
  now / 1000 >= token.expiresAtSeconds + clockToleranceSeconds

const isEarly = (token: VerifiedToken, { clockToleranceSeconds = 0 }: Pool, now: number) =>
  token.notBeforeSeconds !== undefined &&
  now / 1000 < token.notBeforeSeconds - clockToleranceSeconds

export const isTimely = (token: VerifiedToken, pool: Pool, now: number): boolean =>
  !isExpired(token, pool, now) && !isEarly(token, pool, now)

export const checkTimes = (token: VerifiedToken, pool: Pool, now: number, about: About): void => {
  if (isExpired(token, pool, now)) throw new TokenRejectedError('expired', about)
  if (isEarly(token, pool, now)) throw new TokenRejectedError('not_yet_valid', about)
}
