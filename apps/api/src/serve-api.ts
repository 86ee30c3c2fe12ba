import type { Context } from 'hono'
import { createApp } from './app.ts'
import { ConfigError, readConfig } from './config.ts'
import { openDeps } from './deps.ts'
import { createLineWriter } from './line-writer.ts'
import { createLog } from './log.ts'
import { startSweeper } from './sweeper.ts'

type Environment = Record<string, string | undefined>
type PeerOf = (c: Context) => string | undefined

/** What a process that stays has open: `close` ends the sweeper and the connections. */
function openApi(environment: Environment, peerOf: PeerOf) {
  // Whoever reads the log may go away; the requests go on.
  process.stdout.on('error', () => {})
  const log = createLog(createLineWriter((text) => process.stdout.write(text)))
  const config = readConfig(environment)
  const { deps, gauges, close: closeDeps } = openDeps(config, log)
  const stopSweeper = startSweeper(deps)
  const { origins, trustedHops } = config
  const app = createApp({ origins, trustedHops, peerOf, depsFor: () => deps })
  async function close() {
    await stopSweeper()
    await closeDeps()
  }
  return { app, config, log, deps, gauges, close }
}

/** Opens the API and has it served, or says what is wrong with the environment. */
export function startApi(
  environment: Environment,
  peerOf: PeerOf,
  serve: (api: ReturnType<typeof openApi>) => void,
) {
  try {
    serve(openApi(environment, peerOf))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}

interface Told {
  hostname: string
  port: number
  /** With the address of the connection’s other end. */
  answer: (request: Request, peer: string | undefined) => Response | Promise<Response>
}

interface Server {
  port: number
  /** Takes no new request, and waits for those under way. */
  stop(): Promise<void>
}

const exitWithinMs = 9_500

/** Serves the API by a runtime’s own server until SIGTERM or SIGINT. */
export function serveApi(environment: Environment, listen: (told: Told) => Server) {
  startApi(
    environment,
    (c) => c.env.peer,
    ({ app, config, log, close }) => {
      const { host: hostname = '0.0.0.0', port } = config
      const answer: Told['answer'] = (request, peer) => app.fetch(request, { peer })
      const server = listen({ hostname, port, answer })
      log.info('listening', { host: hostname, port: server.port })
      async function drain(signal: string) {
        log.info('draining', { signal })
        setTimeout(() => process.exit(0), exitWithinMs)
        await server.stop()
        await close()
        process.exit(0)
      }
      for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => drain(signal))
    },
  )
}
