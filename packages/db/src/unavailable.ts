import { causeWith } from './cause.ts'

/** The database cannot answer now: it is away, too slow, or everything is in use. */
export class DatabaseUnavailableError extends Error {
  override name = 'DatabaseUnavailableError'
  code = 'DATABASE_UNAVAILABLE'
}

/** The connection closed under a statement. */
export class ConnectionLostError extends DatabaseUnavailableError {
  override code = 'CONNECTION_CLOSED'
}

// Codes of the driver and of the operating system: the connection could not be made, or is gone.
const lostConnection = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'ECONNRESET',
  'EPIPE',
  '57P01', // admin_shutdown: also what a pooled connection says first after it was killed
  '57P02', // crash_shutdown
])

const cannotServe = new Set([
  'DATABASE_UNAVAILABLE',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  '57P03', // cannot_connect_now
  '57014', // query_canceled, by the statement time-out
  '25006', // read_only_sql_transaction: a primary that became a replica
  '40001', // serialization_failure, also when said again
  '40P01', // deadlock_detected, likewise
  '53300', // too_many_connections
  '3D000', // invalid_catalog_name: the database is not there, or not yet
  '53100', // disk_full
  '53200', // out_of_memory
])

// What Node’s TLS says of a certificate that it does not take.
const untrustedServer = /CERT|^ERR_(TLS|SSL)_|^UNABLE_TO_/

const codeOf = (error: unknown) => causeWith(error, 'code')

/** The connection died under the statement: whether it took effect is unknown. */
export const isLostConnection = (error: unknown) => lostConnection.has(codeOf(error) ?? '')

/** The connection is of no further use, whatever the statement did. */
export function isConnectionFault(error: unknown): boolean {
  // What is more than an error, the server says as it closes the connection, or refuses it.
  return causeWith(error, 'severity') !== 'ERROR' || codeOf(error) === '25006'
}

/** The answer is 503: trying again later is right, and nothing is wrong with the request. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error) ?? ''
  return (
    lostConnection.has(code) ||
    cannotServe.has(code) ||
    code.startsWith('08') ||
    code.startsWith('28') ||
    untrustedServer.test(code)
  )
}
