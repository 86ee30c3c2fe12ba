import type { Config } from './config.ts'
import type { Served } from './listener.ts'
import type { Log } from './log.ts'
import { openServer } from './open-server.ts'

const answerWithinMs = 9_000
const exitWithinMs = 9_500

/** Listens until SIGTERM or SIGINT, then lets what is in flight finish and exits with 0. */
export function serve(
  app: Served,
  { host, port }: Pick<Config, 'host' | 'port'>,
  log: Log,
  closeDeps: () => Promise<void>,
) {
  const { server, endIdle } = openServer(app, log)
  server.on('error', (error) => {
    const code = 'code' in error ? String(error.code) : error.message
    log.error('listen_failed', { host, port, code })
    process.exit(1)
  })
  server.listen({ host, port }, () => {
    const address = server.address()
    log.info('listening', {
      host,
      port: typeof address === 'object' && address ? address.port : port,
    })
  })

  let draining = false
  async function drain(signal: string) {
    if (draining) return
    draining = true
    log.info('draining', { signal })
    // Whatever hangs then: a request, a sweep, the database.
    setTimeout(() => process.exit(0), exitWithinMs)
    setTimeout(() => server.closeAllConnections(), answerWithinMs)
    const closed = new Promise((resolve) => server.close(resolve))
    endIdle()
    await closed
    try {
      await closeDeps()
      log.info('stopped')
    } finally {
      process.exit(0)
    }
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => drain(signal))
}
