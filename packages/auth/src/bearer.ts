import { TokenRejectedError } from './errors.ts'

/** Cognito's tokens are about 1 kB; the bound also bounds what parsing and hashing can cost. */
export const MAX_HEADER_LENGTH = 8192

/** What the front end sends in place of a token when nobody is signed in. */
const NOBODY = ['null', 'undefined']

/**
 * The token of an `Authorization` header: the scheme Bearer in any case, then exactly one word.
 * Undefined if nobody claims to be signed in.
 */
export const readBearer = (authorization: string | null | undefined): string | undefined => {
  if (!authorization) return undefined
  if (authorization.length > MAX_HEADER_LENGTH) throw new TokenRejectedError('token_too_large')
  const space = authorization.indexOf(' ')
  const token = authorization.slice(space + 1).trim()
  if (authorization.slice(0, space).toLowerCase() !== 'bearer' || !token || token.includes(' ')) {
    throw new TokenRejectedError('authorization_malformed')
  }
  return NOBODY.includes(token) ? undefined : token
}
