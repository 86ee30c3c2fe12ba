import { type Db, sweep } from '@cruddur/db'
import { codeOfFailure, type Log } from './log.ts'
import type { Metrics } from './metrics.ts'

interface SweeperDeps {
  db: Db
  log: Log
  metrics?: Metrics
}

/**
 * Sweeps now and then for as long as the process runs, each at times of its own; a sweep that fails
 * is logged, and the next one makes up for it. The answer stops it after the batch under way.
 */
export function startSweeper({ db, log, metrics }: SweeperDeps, meanPauseMs = 60_000) {
  const stopping = new AbortController()
  const { signal } = stopping
  let timer: NodeJS.Timeout
  let sweeping = Promise.resolve()

  async function sweepOnce() {
    try {
      const swept = await sweep(db, { signal })
      metrics?.count('sweeps_total', 'outcome="done"')
      for (const [kind, n] of Object.entries(swept)) {
        metrics?.count('swept_rows_total', `kind="${kind}"`, n)
      }
      if (Object.values(swept).some((count) => count > 0)) log.info('swept', { ...swept })
    } catch (error) {
      metrics?.count('sweeps_total', 'outcome="failed"')
      log.error('sweep_failed', { code: codeOfFailure(error) })
    }
  }

  // An alarm on a counter that does not grow needs one from the start.
  for (const outcome of ['done', 'failed'])
    metrics?.count('sweeps_total', `outcome="${outcome}"`, 0)

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
