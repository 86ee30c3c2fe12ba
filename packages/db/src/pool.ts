import { causeWith } from './cause.ts'
import {
  type Connection,
  Connections,
  type ConnectionsOptions,
  type OpenDriver,
} from './connections.ts'
import type { Driver } from './driver.ts'
import { DatabaseUnavailableError, isConnectionFault, isLostConnection } from './unavailable.ts'

export interface Statement {
  text: string
  parameters: unknown[]
  /** Rows as arrays in the order of the select, of values or of bytes, or as objects by column. */
  rows: 'arrays' | 'bytes' | 'objects'
  /** It changes nothing, or as much when said twice, or is to be said once. */
  effect: 'none' | 'repeatable' | 'once'
}

export interface PoolOptions extends ConnectionsOptions {
  /** The longest a caller waits, for a free connection and the answer together. */
  deadlineMs: number
}

export interface Pool {
  run(statement: Statement): Promise<unknown[]>
  stats(): { open: number; idle: number; waiting: number }
  close(): Promise<void>
}

/** Hands each statement a connection, and throws away a connection that failed it. */
export function openPool(openDriver: OpenDriver, options: PoolOptions): Pool {
  const { deadlineMs, size } = options
  const connections = new Connections(openDriver, options)

  async function run(statement: Statement): Promise<unknown[]> {
    const deadline = Date.now() + deadlineMs
    const text = mayShare(statement) ? statement.text : undefined
    for (let tries = 1; ; tries++) {
      const connection = await (tries === 1
        ? connections.take(deadline, text)
        : connections.takeNew(deadline, text))
      try {
        return await attempt(statement, deadline, connection)
      } catch (error) {
        if (tries > mostRepeats(error, statement)) throw error
        // Whoever stood in its way goes first, or both would meet again.
        if (wasUndone(error)) await pause(20 + Math.random() * 50)
      }
    }
  }

  function mostRepeats(error: unknown, { effect }: Statement): number {
    // Each connection may hold a stale plan, and forgets it as it says so.
    if (isStale(error)) return size
    if (wasUndone(error)) return 1
    return effect !== 'once' && isLostConnection(error) ? 2 : 0
  }

  async function attempt(statement: Statement, deadline: number, connection: Connection) {
    try {
      const rows = await answerOf(connection, statement, deadline)
      connections.release(connection, statement.text)
      return rows
    } catch (error) {
      if (isConnectionFault(error)) connections.discard(connection)
      if (isStale(error)) connection.planned.delete(statement.text)
      connections.release(connection)
      throw error
    }
  }

  function answerOf(
    { driver, asked }: Connection,
    statement: Statement,
    deadline: number,
  ): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        clearTimeout(timer)
        asked.delete(fail)
        done()
      }
      const fail = (error: unknown) => settle(() => reject(error))
      const timer = setTimeout(() => {
        fail(new DatabaseUnavailableError(`No answer within ${deadlineMs} ms`))
      }, deadline - Date.now())
      asked.add(fail)
      send(driver, statement).then((rows) => settle(() => resolve(rows)), fail)
    })
  }

  return { run, close: () => connections.close(), stats: () => connections.stats() }
}

/**
 * A read, of values that the driver can always write: one that it cannot is neither sent nor struck
 * off, and would be given the answer of the next.
 */
const mayShare = ({ effect, parameters }: Statement) =>
  effect === 'none' && parameters.every(isPlain)

const isPlain = (value: unknown) =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

// What Postgres says where a plan is gone, or no longer fits its table, and the driver forgets it.
const staleRoutines = ['FetchPreparedStatement', 'RevalidateCachedQuery', 'transformAssignedExpr']

/** Nothing of the statement took effect: it was prepared for tables that have changed since. */
const isStale = (error: unknown) => staleRoutines.includes(causeWith(error, 'routine') ?? '')

/** A deadlock or a serialisation failure: nothing of the statement took effect, whatever it was. */
const wasUndone = (error: unknown) => ['40P01', '40001'].includes(causeWith(error, 'code') ?? '')

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Its own prepared statement; the driver's array form is what Drizzle maps from. */
async function send(driver: Driver, { text, parameters, rows }: Statement): Promise<unknown[]> {
  // The driver’s type lists what it can send; it refuses the rest at run time.
  const query = driver.unsafe(text, parameters as never[], { prepare: true })
  if (rows === 'bytes') return query.raw()
  return rows === 'arrays' ? query.values() : query
}
