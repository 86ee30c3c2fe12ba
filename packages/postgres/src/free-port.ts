import { createServer } from 'node:net'
import { isCode } from './server-folder.ts'

const listenOn = (port: number) =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      const taken = typeof address === 'object' && address ? address.port : port
      server.close(() => resolve(taken))
    })
  })

export const findFreePort = () => listenOn(0)

export const portTaken = (port: number, cause?: unknown) =>
  new Error(
    `Port ${port} on 127.0.0.1 is taken: end the program that listens there, ` +
      'or choose another port for Postgres.',
    { cause },
  )

/** Rejects unless Postgres could listen on this port now. */
export async function requireFreePort(port: number) {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new RangeError(`${port} is no port: choose one from 1 to 65535 for Postgres.`)
  }
  try {
    await listenOn(port)
  } catch (cause) {
    if (isCode(cause, 'EADDRINUSE')) throw portTaken(port, cause)
    const message = `Postgres cannot listen on port ${port} of 127.0.0.1: choose another port.`
    throw new Error(message, { cause })
  }
}
