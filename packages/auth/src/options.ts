import type { VerifiedToken } from './claims.ts'
import type { JsonObject } from './decode-token.ts'
import type { KeyCache, KeyCacheOptions } from './key-cache.ts'

type Answer = boolean | Promise<boolean>

/** What is asked of a token beyond its signature. */
export type Checks = {
  /** App clients whose tokens are accepted; null accepts every client of the pool. */
  readonly clientIds: readonly string[] | null
  /** `access` by default; null accepts both kinds. */
  readonly tokenUse?: 'access' | 'id' | null | undefined
  /** The token must name at least one of them. */
  readonly groups?: readonly string[] | undefined
  readonly scopes?: readonly string[] | undefined
  readonly clockToleranceSeconds?: number | undefined
  /** Anything but true refuses the token; what it throws is passed on as it is. */
  readonly customCheck?: ((token: VerifiedToken, header: JsonObject) => Answer) | undefined
}

export type PoolOptions = Partial<Checks> & {
  readonly userPoolId: string
  /** Only to be sure: it is part of the pool's id, and the two must agree. */
  readonly region?: string | undefined
  /** In place of the pool's two AWS issuers. */
  readonly issuer?: string | undefined
  readonly jwksUrl?: string | undefined
  /** Keys known beforehand; nothing is fetched, so a rotation or withdrawal is never noticed. */
  readonly jwks?: unknown
}

export type VerifierOptions = Checks &
  KeyCacheOptions & {
    /** A pool's own checks override the ones beside this list. */
    readonly pools: readonly PoolOptions[]
    /** Shared with other verifiers; how it fetches was decided when it was made. */
    readonly keyCache?: KeyCache | undefined
    /** Asked for each token each time, cached or not; anything but false refuses it. */
    readonly isDenied?: ((token: VerifiedToken) => Answer) | undefined
    /** How many verified tokens to remember, about 1 kB each; 0 remembers none. */
    readonly cacheEntries?: number | undefined
  }
