import { once } from 'node:events'
import type { Server } from 'node:http'

/** Listens for programs on this machine only, on a free port where it is 0; gives the port. */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen({ port, host: '127.0.0.1', exclusive: true })
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

const drainMs = 2000

/** Lets what is in flight finish, for a moment. */
export async function closeServer(server: Server) {
  const closed = new Promise((resolve) => server.close(resolve))
  // A kept-alive connection is idle only once its answer is out.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const late = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}
