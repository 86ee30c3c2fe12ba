import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect } from 'node:net'
import { causeWith } from './cause.ts'
import { describeTarget, dialledHost, isLoopback, readConnectionUrl } from './connection-url.ts'
import { explain } from './explain.ts'
import { IamTokenError } from './iam-token.ts'
import { openSession } from './session.ts'

export interface Check {
  name: string
  state: 'ok' | 'warn' | 'fail'
  says: string
  /** What to do about it. */
  todo?: string
}

export const applicationName = 'cruddur-doctor'

export const ok = (name: string, says: string): Check => ({ name, state: 'ok', says })
export const warn = (name: string, says: string, todo: string): Check => ({
  name,
  state: 'warn',
  says,
  todo,
})
export const fail = (name: string, says: string, todo?: string): Check => ({
  name,
  state: 'fail',
  says,
  ...(todo ? { todo } : {}),
})

/** From the URL to the first answer. */
export async function* checkWay(url: string, environment: string): AsyncGenerator<Check> {
  const target = readConnectionUrl(url)
  const host = dialledHost(target.host)
  yield ok('url', describeTarget(target))
  let at = 'dns'
  try {
    const addresses = await lookup(host, { all: true })
    yield ok(at, addresses.map(({ address }) => address).join(', '))
    at = 'tcp'
    await dial(host, target.port)
    yield ok(at, `port ${target.port} is open`)
    at = 'login'
    const version = await findTlsVersion(url)
    if (target.tls) yield ok('tls', `${version ?? 'up to a pooler'}, and the server is verified`)
    else if (isLoopback(target.host)) yield ok('tls', 'not needed on this machine')
    else yield warn('tls', 'off: whoever listens has the password', 'leave sslmode out of the URL')
    yield ok(at, `as ${target.user}`)
  } catch (error) {
    // What a server says comes after TLS.
    if (at === 'login' && target.tls && causeWith(error, 'severity') === undefined) at = 'tls'
    const says = error instanceof IamTokenError ? error.message : explain(error, url, environment)
    yield fail(at, says)
  }
}

async function findTlsVersion(url: string): Promise<string | undefined> {
  const session = openSession(url, applicationName)
  try {
    const [row] = await session.query<{ version: string }>(
      'select version from pg_stat_ssl where pid = pg_backend_pid() and ssl',
    )
    return row?.version
  } finally {
    await session.close()
  }
}

async function dial(host: string, port: number) {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(10_000) })
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') {
      throw Object.assign(new Error('No answer', { cause: error }), { code: 'CONNECT_TIMEOUT' })
    }
    throw error
  } finally {
    socket.destroy()
  }
}
