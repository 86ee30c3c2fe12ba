import type { Bucket, TokenTaken } from '@cruddur/db'

const mostBuckets = 50_000
const lookedAt = 8

/**
 * The token buckets of one process, each kept as the time at which it is full again. A full one is
 * the same as none, so those go first; then the ones that were made first.
 */
export function createTokenBuckets(now = Date.now, most = mostBuckets) {
  const fullAt = new Map<string, number>()

  function makeRoom(at: number) {
    let looks = 0
    for (const [key, full] of fullAt) {
      if (full <= at) fullAt.delete(key)
      if (++looks === lookedAt) break
    }
    const [first] = fullAt.keys()
    if (first !== undefined && fullAt.size >= most) fullAt.delete(first)
  }

  function takeToken(key: string, { tokens, windowMs }: Bucket): TokenTaken {
    const at = now()
    const known = fullAt.get(key)
    const stepMs = windowMs / tokens
    const full = Math.max(known ?? 0, at) + stepMs
    // Half a step is for what rounding adds.
    if (full - at > windowMs + stepMs / 2) return { isTaken: false, fullInMs: full - stepMs - at }
    if (known === undefined && fullAt.size >= most) makeRoom(at)
    fullAt.set(key, full)
    return { isTaken: true, fullInMs: full - at }
  }
  return Object.assign(takeToken, { size: () => fullAt.size })
}
