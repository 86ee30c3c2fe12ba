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
const knownParameters = ['sslmode', 'prepare', 'auth']
// libpq’s, of which all but verify-full leave somebody in the middle unnoticed.
const otherSslModes = new Set(['allow', 'prefer', 'require', 'verify-ca', 'no-verify'])

export const isLoopback = (host: string) => loopbackHosts.has(host)

/** The host as it is dialled: a URL has brackets round an IPv6 address. */
export const dialledHost = (host: string) => host.replace(/^\[|\]$/g, '')

/**
 * Reads the postgres:// URL that has this name. What is wrong is said without repeating any of it:
 * where a part of the password ends up is not known.
 */
export function readConnectionUrl(url: string, name = 'The connection URL'): ConnectionTarget {
  try {
    return readParts(url)
  } catch (error) {
    if (!(error instanceof ConnectionUrlError)) throw error
    throw new ConnectionUrlError(`${name} ${error.message}. It looks like ${example}`)
  }
}

const example = 'postgres://user:password@host:5432/database'

function readParts(url: string): ConnectionTarget {
  const parsed = parse(url)
  const { searchParams: parameters } = parsed
  const host = readPart('host', parsed.hostname)
  if (!/^([\w.-]+|\[[\da-f:.]+\])$/i.test(host)) refuse('has a host that is no name and no address')
  if (parsed.pathname.includes('/', 1)) refuse('has a / in the database name: write it as %2F')
  if (parsed.port !== '' && Number(parsed.port) === 0) refuse('has the port 0')
  refuseParameters(parameters)
  const tls = readTls(host, parameters)
  return {
    host,
    port: parsed.port === '' ? 5432 : Number(parsed.port),
    database: readPart('database name', parsed.pathname.slice(1)),
    user: readPart('user', parsed.username),
    password: decode('password', parsed.password),
    tls,
    prepare: readPrepare(parameters),
    ...(readIam(parsed, tls || isLoopback(host)) ? { iam: true } : {}),
  }
}

/** The target as a person may read it: no password, ever. */
export function describeTarget(target: ConnectionTarget): string {
  const tls = target.tls ? 'TLS' : 'no TLS'
  return `${target.database} on ${target.host}:${target.port} as ${target.user} (${tls})`
}

/** A raw @, /, ? or # in the password would make it the host, the database or a parameter. */
function parse(url: string): URL {
  const [, authority = '', rest = ''] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/s.exec(url) ?? []
  if (!/^postgres(ql)?:\/\//.test(url)) refuse('does not begin with postgres://')
  if (/[\s\p{Cc}]/u.test(url)) refuse('holds a space or a line break')
  if (/(^|@)(:\d*)?$/.test(authority)) refuse('has no host')
  if (
    rest.includes('@') ||
    rest.includes('#') ||
    authority.indexOf('@') < authority.lastIndexOf('@')
  ) {
    refuse(`holds a special character as it is. ${encoding}`)
  }
  try {
    return new URL(url)
  } catch {
    return refuse(`cannot be read. ${encoding}`)
  }
}

const encoding =
  'In a user or password write @ as %40, / as %2F, ? as %3F, # as %23, : as %3A and % as %25'

function refuseParameters(parameters: URLSearchParams) {
  const names = [...parameters.keys()]
  if (names.some((name) => !knownParameters.includes(name))) {
    refuse(`has a parameter that is none of ${knownParameters.join(', ')}`)
  }
  if (new Set(names).size < names.length) refuse('has one parameter twice')
}

function readTls(host: string, parameters: URLSearchParams): boolean {
  const mode = parameters.get('sslmode') ?? (isLoopback(host) ? 'disable' : 'verify-full')
  if (mode === 'disable') return false
  if (mode === 'verify-full') return true
  return refuse(
    otherSslModes.has(mode)
      ? `asks for sslmode=${mode}, which does not verify who answers: use verify-full`
      : 'has an sslmode that is neither verify-full nor disable',
  )
}

function readPrepare(parameters: URLSearchParams): boolean {
  const prepare = parameters.get('prepare') ?? 'true'
  if (prepare !== 'true' && prepare !== 'false') refuse('has a prepare that is not true or false')
  return prepare === 'true'
}

function readIam({ password, searchParams }: URL, isPrivate: boolean): boolean {
  const auth = searchParams.get('auth')
  if (auth === null) return false
  if (auth !== 'iam') refuse('has an auth that is not iam: the only other way in is auth=iam')
  if (password !== '') refuse('has a password beside auth=iam: leave the password out')
  if (!isPrivate) refuse('would send an auth=iam token in the clear: leave sslmode out')
  return true
}

function readPart(name: string, value: string): string {
  if (value === '') refuse(`has no ${name}`)
  return decode(name, value)
}

function decode(name: string, value: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(value)
  } catch {
    return refuse(`has a ${name} with a stray %: write it as %25`)
  }
  if (/\p{Cc}/u.test(decoded)) refuse(`has a ${name} with a control character`)
  return decoded
}

function refuse(reason: string): never {
  throw new ConnectionUrlError(reason)
}
