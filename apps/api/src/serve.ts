import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Config } from './config.ts'
import type { Log } from './log.ts'

interface Served {
  fetch: (request: Request) => Response | Promise<Response>
}

const drainMs = 9_000

/** Listens until SIGTERM or SIGINT, then lets what is in flight finish and exits with 0. */
export function serve(app: Served, { port }: Config, log: Log, closeDeps: () => Promise<void>) {
  const server = createServer(getRequestListener(app.fetch))
  server.on('error', (error) => {
    const code = 'code' in error ? String(error.code) : error.message
    log.error('listen_failed', { port, code })
    process.exit(1)
  })
  server.listen(port, () => {
    const address = server.address()
    log.info('listening', { port: typeof address === 'object' && address ? address.port : port })
  })

  let draining = false
  async function drain(signal: string) {
    if (draining) return
    draining = true
    log.info('draining', { signal })
    const closed = new Promise((resolve) => server.close(resolve))
    // A kept-alive connection is idle only once its answer is out.
    const idle = setInterval(() => server.closeIdleConnections(), 50)
    const late = setTimeout(() => server.closeAllConnections(), drainMs)
    await closed
    clearInterval(idle)
    clearTimeout(late)
    await closeDeps()
    log.info('stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => drain(signal))
}
