import { serveApi } from '../serve-api.ts'

interface BunServer {
  port: number
  requestIP(request: Request): { address: string } | null
  stop(): Promise<void>
}

/** As much of Bun as is used here. */
declare const Bun: {
  serve(told: {
    hostname: string
    port: number
    fetch: (request: Request, server: BunServer) => Response | Promise<Response>
  }): BunServer
}

serveApi(process.env, ({ hostname, port, answer }) =>
  Bun.serve({
    hostname,
    port,
    fetch: (request, server) => answer(request, server.requestIP(request)?.address),
  }),
)
