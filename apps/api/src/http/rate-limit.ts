import type { Bucket, TokenTaken } from '@cruddur/db'
import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import type { Answer } from './answer.ts'
import { headersOf } from './answer-headers.ts'
import { clientAddress } from './client-address.ts'
import type { ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { andThen, endingWith, type MaybePromise } from './maybe-promise.ts'

export interface Limits {
  perPerson: Bucket
  perAddress: Bucket
  /** Requests of one address that are answered at the same time. */
  concurrent: number
  /** Of this process, or of all: then it takes a statement. */
  takeToken: (key: string, bucket: Bucket) => MaybePromise<TokenTaken>
}

export interface Callers {
  /** The other end of the connection, as the runtime knows it. */
  peerOf?: (c: Context) => string | undefined
  /** How many proxies of ours stand before it. */
  trustedHops?: number
}

/** Whoever watches over us is never turned away. */
const isProbe = (path: string) =>
  path === '/livez' || path === '/readyz' || path === '/api/health-check'

const keptAddresses = 1_000

/** Lets each address have its share of requests, and so many at the same time. */
export function limitAddress({ peerOf, trustedHops = 0 }: Callers) {
  const underWay = new Map<string, number>()
  return (c: Context<ApiEnv>, next: () => Answer): Answer => {
    if (isProbe(c.req.path)) return next()
    const address = clientAddress(peerOf?.(c), c.req.header('x-forwarded-for'), trustedHops)
    if (address === undefined) return next()
    const { limits, metrics } = c.get('deps')
    const others = underWay.get(address) ?? 0
    if (others >= limits.concurrent) {
      metrics.count('rate_limited_total', 'by="concurrency"')
      headersOf(c).add('Retry-After', '1')
      throw new ApiError('rate_limited')
    }
    underWay.set(address, others + 1)
    const leave = () => {
      const left = (underWay.get(address) ?? 1) - 1
      // A map that is emptied and filled with each request spends its time shrinking.
      if (left > 0 || underWay.size < keptAddresses) underWay.set(address, left)
      else underWay.delete(address)
    }
    return endingWith(() => andThen(limit(c, 'address', address, limits.perAddress), next), leave)
  }
}

/** Lets each person have their share, wherever they call from. */
export function limitPerson(c: Context, sub: string) {
  const { limits }: Deps = c.get('deps')
  return limit(c, 'person', sub, limits.perPerson)
}

type Name = 'address' | 'person'

/** Waits for nothing where the buckets are this process’s own. */
function limit(c: Context, name: Name, key: string, bucket: Bucket): MaybePromise<void> {
  const { limits }: Deps = c.get('deps')
  const taken = limits.takeToken(`${name} ${key}`, bucket)
  return andThen(taken, (answer) => tell(c, name, bucket, answer))
}

/** As in draft-ietf-httpapi-ratelimit-headers-11: what is left, and when all of it is there again. */
function tell(
  c: Context,
  name: Name,
  { tokens, windowMs }: Bucket,
  { isTaken, fullInMs }: TokenTaken,
) {
  const left = Math.max(0, Math.floor(((windowMs - fullInMs) * tokens) / windowMs))
  const resetSeconds = Math.ceil(fullInMs / 1000)
  const headers = headersOf(c)
  headers.rateLimit = {
    policy: `"${name}";q=${tokens};w=${Math.round(windowMs / 1000)}`,
    state: `"${name}";r=${isTaken ? left : 0};t=${resetSeconds}`,
  }
  if (isTaken) return
  const { metrics }: Deps = c.get('deps')
  metrics.count('rate_limited_total', `by="${name}"`)
  const waitMs = fullInMs + windowMs / tokens - windowMs
  headers.add('Retry-After', String(Math.max(1, Math.ceil(waitMs / 1000))))
  throw new ApiError('rate_limited')
}
