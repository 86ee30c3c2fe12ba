import { serveApi } from '../serve-api.ts'

type Handler = (
  request: Request,
  info: { remoteAddr: { hostname: string } },
) => Response | Promise<Response>

/** As much of Deno as is used here. */
declare const Deno: {
  serve(
    told: { hostname: string; port: number },
    handler: Handler,
  ): { addr: { port: number }; shutdown(): Promise<void> }
}

serveApi(process.env, ({ hostname, port, answer }) => {
  const server = Deno.serve({ hostname, port }, (request, { remoteAddr }) =>
    answer(request, remoteAddr.hostname),
  )
  return { port: server.addr.port, stop: () => server.shutdown() }
})
