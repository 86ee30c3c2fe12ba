import postgres from 'postgres'
import {
  type ConnectionTarget,
  ConnectionUrlError,
  dialledHost,
  readConnectionUrl,
} from './connection-url.ts'
import { type IamOptions, tokenSource } from './iam-token.ts'
import { findRdsRoots } from './rds-roots.ts'

interface DriverOptions {
  applicationName: string
  connectTimeoutSeconds: number
  /** The server's own limit for a statement; absent where a person waits for a long one. */
  statementTimeoutMs?: number
  onclose?: () => void
  iam?: IamOptions | undefined
}

const asText = (value: unknown) => value

/** One connection of the driver. A pool is several of these, so that a sick one can be thrown away alone. */
export function openDriver(url: string, options: DriverOptions) {
  const target = readConnectionUrl(url)
  const { host, port, database, user, tls, prepare } = target
  const name = dialledHost(host)
  // As lists, which the driver’s types do not know: it splits a text at each colon, as in ::1.
  const address: object = { host: [name], port: [port] }
  const driver = hidingPgVariables(() =>
    postgres({
      ...address,
      database,
      user,
      pass: readPassword(target, options.iam),
      ssl: tls ? verifying(name) : false,
      prepare,
      max: 1,
      // It would end a connection of some age, whatever runs on it: a transaction as well.
      max_lifetime: null,
      fetch_types: false,
      connect_timeout: options.connectTimeoutSeconds,
      connection: {
        application_name: options.applicationName,
        // A pooler refuses start-up parameters that it does not know.
        ...(prepare && options.statementTimeoutMs
          ? { statement_timeout: options.statementTimeoutMs }
          : {}),
        ...(prepare ? { TimeZone: 'UTC' } : {}),
      },
      onnotice: () => {},
      ...(options.onclose ? { onclose: options.onclose } : {}),
      // Drizzle maps instants and JSON by itself and expects what the server sent.
      types: {
        date: { to: 1184, from: [1082, 1083, 1114, 1184], serialize: String, parse: asText },
        json: { to: 114, from: [114, 3802], serialize: String, parse: asText },
      },
    }),
  )
  // Or each text that fails is kept, for ever, beside where it was written: nowhere, for ours.
  Object.defineProperty(Object.getPrototypeOf(driver.unsafe('')), 'origin', { value: '' })
  return driver
}

/** Verified, and against the host that we dialled: for an address the driver would name none. */
export function verifying(host: string) {
  const ca = findRdsRoots(host)
  return { rejectUnauthorized: true, host, ...(ca ? { ca } : {}) }
}

/**
 * The driver fills what it is not given from PGPASSWORD, PGTARGETSESSIONATTRS and the like, some of
 * which cannot be given as nothing. What a connection is, its URL alone says.
 */
function hidingPgVariables<T>(open: () => T): T {
  const { env } = process
  const hidden = Object.entries(env).filter(([name]) => name.startsWith('PG'))
  for (const [name] of hidden) delete env[name]
  try {
    return open()
  } finally {
    Object.assign(env, Object.fromEntries(hidden))
  }
}

/** The URL's own password, or what makes a fresh one for each connection. */
export function readPassword(target: ConnectionTarget, iam: IamOptions | undefined) {
  if (!target.iam) return target.password
  if (iam) return tokenSource(target, iam)
  throw new ConnectionUrlError('The connection URL asks for auth=iam, which cannot be used here')
}

export type Driver = ReturnType<typeof openDriver>
