/**
 * Why a token is refused. The codes are stable: logs and metrics count them, clients never see
 * them.
 */
export type RejectionCode =
  | 'authorization_malformed'
  | 'token_too_large'
  | 'token_malformed'
  | 'header_malformed'
  | 'payload_malformed'
  | 'alg_refused'
  | 'crit_refused'
  | 'kid_missing'
  | 'kid_unknown'
  | 'claim_missing'
  | 'claim_malformed'
  | 'issuer_unknown'
  | 'token_use_refused'
  | 'client_unknown'
  | 'expired'
  | 'not_yet_valid'
  | 'group_missing'
  | 'scope_missing'
  | 'signature_invalid'
  | 'denied'
  | 'custom_check_failed'

/** All that may be said of a token in a log: which key, which token, which claim is wrong. */
export type About = { kid?: string | undefined; jti?: string | undefined; claim?: string }

export class TokenRejectedError extends Error {
  override readonly name = 'TokenRejectedError'
  readonly code: RejectionCode
  readonly kid: string | undefined
  readonly jti: string | undefined
  readonly claim: string | undefined

  constructor(code: RejectionCode, about: About = {}) {
    const details = Object.entries(about).flatMap(([name, value]) =>
      value ? `${name} ${value}` : [],
    )
    super(details.length > 0 ? `${code} (${details.join(', ')})` : code)
    this.code = code
    this.kid = about.kid
    this.jti = about.jti
    this.claim = about.claim
  }
}

/**
 * The pool's keys cannot be had: nothing is known about the token, so the answer is 503 and never
 * 401.
 */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError'
  readonly retryAfterSeconds: number

  constructor(jwksUrl: string, retryAfterSeconds: number, cause: unknown) {
    super(`no keys from ${jwksUrl}`, { cause })
    this.retryAfterSeconds = retryAfterSeconds
  }
}
