import { createFixedKeySet, type KeyCache } from './key-cache.ts'
import type { KeySet } from './key-set.ts'
import { isLoopback } from './loopback.ts'
import type { Checks, PoolOptions, VerifierOptions } from './options.ts'

/** An issuer whose tokens are accepted, its keys, and what its tokens must say. */
export type Pool = Checks & {
  readonly userPoolId: string
  readonly keys: KeySet
  /** Of a pool's issuers, the one whose keys are worth fetching beforehand. */
  readonly isMain: boolean
}

const POOL_ID = /^(?<region>[a-z]+(?:-[a-z]+)+-\d)_[A-Za-z0-9]+$/

const demand = (condition: boolean, sentence: string): void => {
  if (!condition) throw new TypeError(sentence)
}

/** Cognito names one pool in two ways; pools replicated to another region use the second. */
const readIssuers = ({ userPoolId, region, issuer }: PoolOptions): readonly string[] => {
  if (issuer !== undefined) {
    demand(issuer !== '', `the issuer of pool ${userPoolId} is empty`)
    return [issuer]
  }
  const found = POOL_ID.exec(userPoolId)?.groups?.region
  demand(found !== undefined, `${userPoolId} is not the id of a Cognito user pool`)
  demand(region === undefined || region === found, `pool ${userPoolId} is not in ${region}`)
  return ['cognito-idp', 'issuer-cognito-idp'].map(
    (service) => `https://${service}.${found}.amazonaws.com/${userPoolId}`,
  )
}

const readKeySet = (pool: PoolOptions, issuer: string, keyCache: KeyCache): KeySet => {
  const url = pool.jwksUrl ?? `${issuer}/.well-known/jwks.json`
  const isSafe = URL.canParse(url) && (new URL(url).protocol === 'https:' || isLoopback(url))
  demand(isSafe, `${url} is neither https nor on this machine`)
  const { username, password, search, hash, pathname } = new URL(url)
  const isPlain = username + password + search + hash === '' && !pathname.includes('//')
  demand(isPlain, `${issuer} has more than a place to fetch keys from: leave out sign-in and query`)
  return keyCache.keySetOf(url)
}

const readChecks = (options: Checks, pool: Partial<Checks>): Checks => {
  const choose = <K extends keyof Checks>(name: K) =>
    pool[name] === undefined ? options[name] : pool[name]
  const clientIds = choose('clientIds')
  if (clientIds === undefined) throw new TypeError('clientIds is missing; null accepts any client')
  const groups = choose('groups')
  const scopes = choose('scopes')
  for (const [name, list] of Object.entries({ clientIds, groups, scopes })) {
    demand(list?.length !== 0, `${name} is empty and would refuse every token`)
    demand(list?.includes('') !== true, `${name} has an empty entry`)
  }
  const clockToleranceSeconds = choose('clockToleranceSeconds') ?? 0
  const isDuration = Number.isFinite(clockToleranceSeconds) && clockToleranceSeconds >= 0
  demand(isDuration, 'clockToleranceSeconds is not a duration')
  const tokenUse = choose('tokenUse')
  const customCheck = choose('customCheck')
  return { clientIds, groups, scopes, clockToleranceSeconds, tokenUse, customCheck }
}

/** Options → pools by issuer; refuses what cannot be meant. */
export const readPools = (options: VerifierOptions, keyCache: KeyCache): Map<string, Pool> => {
  const pools = new Map<string, Pool>()
  demand(options.pools.length > 0, 'no user pool is given')
  for (const pool of options.pools) {
    const checks = readChecks(options, pool)
    demand(!(pool.jwks && pool.jwksUrl), `pool ${pool.userPoolId} has both jwks and jwksUrl`)
    const fixed = pool.jwks === undefined ? undefined : createFixedKeySet(pool.jwks)
    for (const [position, issuer] of readIssuers(pool).entries()) {
      demand(!pools.has(issuer), `the issuer ${issuer} is given twice`)
      const keys = fixed ?? readKeySet(pool, issuer, keyCache)
      pools.set(issuer, { ...checks, userPoolId: pool.userPoolId, keys, isMain: position === 0 })
    }
  }
  return pools
}
