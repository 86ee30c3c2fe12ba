import { type Db, sweep } from '@cruddur/db'
import type { Log } from './log.ts'

interface SweeperDeps {
  db: Db
  log: Log
}

/**
 * Sweeps now and then for as long as the process runs, each at times of its own; a sweep that fails
 * is logged, and the next one makes up for it. The answer stops it after the batch under way.
 */
export function startSweeper({ db, log }: SweeperDeps, meanPauseMs = 60_000) {
  const stopping = new AbortController()
  const { signal } = stopping
  let timer: NodeJS.Timeout
  let sweeping = Promise.resolve()

  async function sweepOnce() {
    try {
      const swept = await sweep(db, { signal })
      if (Object.values(swept).some((count) => count > 0)) log.info('swept', { ...swept })
    } catch (error) {
      log.error('sweep_failed', { code: codeOf(error) })
    }
  }

  function wait() {
    if (signal.aborted) return
    timer = setTimeout(() => {
      sweeping = sweepOnce().then(wait)
    }, meanPauseMs * jitter())
  }
  wait()

  return function stop(): Promise<void> {
    stopping.abort()
    clearTimeout(timer)
    return sweeping
  }
}

/** Between a half and one and a half, so that processes that began together drift apart. */
const jitter = () => 0.5 + Math.random()

/** The driver's own code: a message would repeat the statement. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const code = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
  return String(code ?? (cause instanceof Error ? cause.name : cause))
}
