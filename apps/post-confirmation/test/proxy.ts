import { connect, createServer, type Socket } from 'node:net'
import { listen } from './listen.ts'

/** Stands between a client and Postgres: counts round trips, and falls silent when told. */
export async function openProxy(url: string) {
  const upstreamUrl = new URL(url)
  const links = new Set<{ silent: boolean; client: Socket; upstream: Socket }>()
  let newAreSilent = false
  let roundTrips = 0
  const server = createServer((client) => {
    const upstream = connect(Number(upstreamUrl.port), upstreamUrl.hostname)
    const link = { silent: newAreSilent, client, upstream }
    links.add(link)
    let answered = true
    client.on('data', (data) => {
      if (link.silent) return
      if (answered) roundTrips += 1
      answered = false
      upstream.write(data)
    })
    upstream.on('data', (data) => {
      answered = true
      if (!link.silent) client.write(data)
    })
    const end = () => {
      links.delete(link)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
  })
  const proxied = new URL(url)
  proxied.port = String(await listen(server))
  return {
    url: proxied.href,
    roundTrips: () => roundTrips,
    /** The links of now stay open and say nothing more; with `all`, so do those to come. */
    silence(which: 'open' | 'all') {
      for (const link of links) link.silent = true
      newAreSilent = which === 'all'
    },
    close() {
      server.close()
      for (const { client } of links) client.destroy()
    },
  }
}
