import { setTimeout as delay } from 'node:timers/promises'
import type { Terminal } from './terminal.ts'

/** Something that runs on its own once it was started. */
interface Run {
  /** Fulfilled once it works; rejected with the reason why it will not. */
  ready: Promise<unknown>
  /** Why it ended. */
  ended: Promise<string>
  stop(): Promise<void>
}

interface Supervised<R> {
  /** The one that runs now, or is being started. */
  run: () => R
  close: () => Promise<void>
}

const shortestPauseMs = 250
const longestPauseMs = 30_000

/** Starts again what ends by itself, with a pause that grows; not what did not work even once. */
export function supervise<R extends Run>(
  name: string,
  start: () => R,
  { print, paint }: Terminal,
): Supervised<R> {
  const closing = new AbortController()
  const { signal } = closing
  let run = start()

  async function keepRunning() {
    // Whoever waits for the first one hears why it does not start.
    await run.ready
    for (let pauseMs = 0; ; pauseMs = Math.min(pauseMs * 2 || shortestPauseMs, longestPauseMs)) {
      const startedAt = performance.now()
      const why = await run.ready.then(
        async () => `${name} ended (${await run.ended}): it is started again.`,
        ({ message }) => `${message}\nIt is tried again.`,
      )
      signal.throwIfAborted()
      print(paint('red', why))
      if (performance.now() - startedAt > longestPauseMs) pauseMs = 0
      await delay(pauseMs, undefined, { signal, ref: false })
      await run.stop()
      signal.throwIfAborted()
      run = start()
    }
  }

  const watching = keepRunning().catch(() => {})
  return {
    run: () => run,
    async close() {
      closing.abort()
      await run.stop()
      await watching
    },
  }
}
