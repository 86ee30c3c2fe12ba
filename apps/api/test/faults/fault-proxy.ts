import { connect, createServer, type Socket } from 'node:net'

/** What the link does to what crosses it, from now on. */
export type Fault =
  | 'none'
  /** Nothing crosses; what is held crosses later. New connections are taken and get no answer. */
  | 'stall'
  /** New connections are closed at once. */
  | 'refuse'
  | { latencyMs: number }
  | { bytesPerSecond: number }

export interface FaultProxy {
  /** The upstream URL, through here. */
  url: string
  set(fault: Fault): void
  /** What is open now hears nothing more, ever, and is not closed either. */
  freeze(): void
  /** Ends what is open now: with a reset, or in an orderly way. */
  cut(how: 'reset' | 'end'): void
  close(): Promise<void>
}

interface Link {
  client: Socket
  server: Socket
  frozen: boolean
}

/** A TCP link to a Postgres that can be made as bad as links are. */
export async function openFaultProxy(upstream: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(upstream)
  const links = new Set<Link>()
  let fault: Fault = 'none'
  let wake = () => {}
  let changed = new Promise<void>((resolve) => {
    wake = resolve
  })

  async function hold(link: Link, bytes: number) {
    while (link.frozen || fault === 'stall') await changed
    if (typeof fault !== 'object') return
    const ms = 'latencyMs' in fault ? fault.latencyMs : (bytes / fault.bytesPerSecond) * 1000
    await new Promise((resolve) => setTimeout(resolve, ms))
  }

  function forward(link: Link, from: Socket, to: Socket) {
    from.on('data', async (chunk: Buffer) => {
      from.pause()
      await hold(link, chunk.length)
      if (!to.destroyed) to.write(chunk)
      from.resume()
    })
    from.on('error', () => {})
    from.on('close', () => {
      if (!link.frozen) to.destroy()
      links.delete(link)
    })
  }

  const server = createServer((client) => {
    if (fault === 'refuse') {
      client.destroy()
      return
    }
    const link = { client, server: connect(Number(port), hostname), frozen: false }
    links.add(link)
    forward(link, client, link.server)
    forward(link, link.server, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = new URL(upstream)
  url.hostname = '127.0.0.1'
  url.port = String(typeof address === 'object' && address ? address.port : '')

  return {
    url: url.href,
    set(next) {
      fault = next
      wake()
      changed = new Promise((resolve) => {
        wake = resolve
      })
    },
    freeze() {
      for (const link of links) link.frozen = true
    },
    cut(how) {
      for (const { client } of links) how === 'reset' ? client.resetAndDestroy() : client.end()
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const link of links) {
        link.client.destroy()
        link.server.destroy()
      }
      await closed
    },
  }
}
