// Answers that are the same for everybody, kept for a moment.
import type { MaybePromise } from './maybe-promise.ts'

interface Perishable {
  /** How long all that is in it lives, by the clock of the statement that read it. */
  liveMs: number | undefined
}

interface Held<T> {
  answer: T
  until: number
}

export type ResponseCache<T extends Perishable> = ReturnType<typeof createResponseCache<T>>

// Other processes write as well.
const longestMs = 1_000

/**
 * Keeps an answer for a second, or until the first thing in it expires. Requests that come together
 * share one reading. All that an answer depends on is in its key, and there are to be few of those:
 * nothing else bounds it.
 */
export function createResponseCache<T extends Perishable>(now = () => performance.now()) {
  const empty = () => ({
    held: new Map<string, Held<T>>(),
    underWay: new Map<string, Promise<Held<T>>>(),
  })
  let current = empty()
  const counts = { hits: 0, misses: 0 }

  const get = (key: string, read: () => Promise<T>): MaybePromise<T> => getSince(now(), key, read)

  function getSince(askedAt: number, key: string, read: () => Promise<T>): MaybePromise<T> {
    const known = current.held.get(key)
    if (known && askedAt < known.until) {
      counts.hits++
      return known.answer
    }
    const reading = current.underWay.get(key) ?? begin(key, read)
    // What somebody else has read may be over for who asked later.
    return reading.then(({ answer, until }) =>
      askedAt < until ? answer : getSince(askedAt, key, read),
    )
  }

  function begin(key: string, read: () => Promise<T>): Promise<Held<T>> {
    const { held, underWay } = current
    counts.misses++
    // The statement looks at its clock after this, so that nothing is kept too long.
    const sentAt = now()
    const reading = read().then((answer) => {
      const found = { answer, until: sentAt + Math.min(longestMs, answer.liveMs ?? longestMs) }
      held.set(key, found)
      return found
    })
    underWay.set(key, reading)
    const end = () => underWay.delete(key)
    reading.then(end, end)
    return reading
  }

  /** After a write: what is being read is for those who wait for it already, and is not kept. */
  function drop() {
    current = empty()
  }

  return { get, drop, counts }
}
