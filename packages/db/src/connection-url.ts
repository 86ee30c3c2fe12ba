/** What a connection URL says, checked part by part. */
export interface ConnectionTarget {
  host: string
  port: number
  database: string
  user: string
  password: string
  tls: boolean
  /** False behind a pooler that cannot carry prepared statements (`?prepare=false`). */
  prepare: boolean
  /** `?auth=iam`: the password is a token that RDS takes for 15 minutes, signed for each connection. */
  iam?: true
}

export class ConnectionUrlError extends Error {
  override name = 'ConnectionUrlError'
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]', '::1'])
const knownParameters = new Set(['sslmode', 'prepare', 'application_name', 'auth'])

export const isLoopback = (host: string) => loopbackHosts.has(host)

/** Reads a postgres:// URL; what is wrong is said without ever repeating the URL, which holds a password. */
export function readConnectionUrl(url: string): ConnectionTarget {
  const parsed = parse(url)
  const part = (name: string, value: string) => {
    if (value === '') refuse(`has no ${name}`)
    return decode(name, value)
  }
  const host = part('host', parsed.hostname)
  const tls = readTls(host, parsed.searchParams)
  return {
    host,
    port: parsed.port === '' ? 5432 : Number(parsed.port),
    database: part('database name', parsed.pathname.slice(1)),
    user: part('user', parsed.username),
    password: decode('password', parsed.password),
    tls,
    prepare: parsed.searchParams.get('prepare') !== 'false',
    ...(readIam(parsed, tls || isLoopback(host)) ? { iam: true } : {}),
  }
}

/** The target as a person may read it: no password, ever. */
export function describeTarget(target: ConnectionTarget): string {
  const tls = target.tls ? 'TLS' : 'no TLS'
  return `${target.database} on ${target.host}:${target.port} as ${target.user} (${tls})`
}

function parse(url: string): URL {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    refuse('does not begin with postgres://')
  }
  try {
    return new URL(url)
  } catch {
    return refuse('cannot be read: is a special character in the password not percent-encoded?')
  }
}

function readTls(host: string, parameters: URLSearchParams): boolean {
  for (const name of parameters.keys()) {
    if (!knownParameters.has(name)) refuse(`has the unknown parameter "${name}"`)
  }
  const mode = parameters.get('sslmode') ?? (isLoopback(host) ? 'disable' : 'verify-full')
  if (mode === 'disable') return false
  if (mode === 'verify-full') return true
  return refuse(`asks for sslmode=${mode}, which does not verify the server: use verify-full`)
}

function readIam({ password, searchParams }: URL, isPrivate: boolean): boolean {
  const auth = searchParams.get('auth')
  if (auth === null) return false
  if (auth !== 'iam') refuse(`asks for auth=${auth}: the only other way in is auth=iam`)
  if (password !== '') refuse('has a password beside auth=iam: leave the password out')
  if (!isPrivate) refuse('would send an auth=iam token in the clear: leave sslmode out')
  return true
}

function decode(name: string, value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return refuse(`has a ${name} with a stray %: percent-encode it`)
  }
}

function refuse(reason: string): never {
  throw new ConnectionUrlError(
    `The connection URL ${reason}. It looks like postgres://user:password@host:5432/database`,
  )
}
