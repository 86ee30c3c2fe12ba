import { causeWith } from './cause.ts'
import {
  type Connection,
  Connections,
  type ConnectionsOptions,
  type OpenDriver,
  type Shareable,
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
        return await attempt(connection, statement, text, deadline)
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

  function attempt(
    connection: Connection,
    statement: Statement,
    text: Shareable,
    deadline: number,
  ) {
    const { driver, asked } = connection
    return new Promise<unknown[]>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        asked.delete(lose)
      }
      const lose = (error: unknown) => {
        leave()
        reject(error)
      }
      const timer = setTimeout(() => {
        lose(new DatabaseUnavailableError(`No answer within ${deadlineMs} ms`))
        connections.discard(connection)
      }, deadline - Date.now())
      asked.add(lose)
      send(driver, statement).then(
        (rows) => {
          connections.release(connection, text)
          leave()
          resolve(rows)
        },
        (error) => {
          // First, or it would be told no more than that its connection is gone.
          lose(error)
          if (isConnectionFault(error)) connections.discard(connection)
          if (isStale(error)) connection.planned.delete(statement.text)
          connections.release(connection)
        },
      )
    })
  }

  return { run, close: () => connections.close(), stats: () => connections.stats() }
}

/**
 * A read, of values that the driver writes at once and without fail. One that it could not write
 * would be struck off nowhere, and given the answer of the next.
 */
const mayShare = ({ effect, parameters }: Statement) =>
  effect === 'none' && parameters.length <= 20 && parameters.every(isShort)

const isShort = (value: unknown) =>
  value === null || typeof value === 'number' || (typeof value === 'string' && value.length <= 1000)

// What Postgres says where a plan is gone, or no longer fits its table, and the driver forgets it.
const staleRoutines = ['FetchPreparedStatement', 'RevalidateCachedQuery', 'transformAssignedExpr']

/** Nothing of the statement took effect: it was prepared for tables that have changed since. */
const isStale = (error: unknown) => staleRoutines.includes(causeWith(error, 'routine') ?? '')

/** A deadlock or a serialisation failure: nothing of the statement took effect, whatever it was. */
const wasUndone = (error: unknown) => ['40P01', '40001'].includes(causeWith(error, 'code') ?? '')

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Its own prepared statement; the driver's array form is what Drizzle maps from. */
async function send(driver: Driver, { text, parameters, rows }: Statement): Promise<unknown[]> {
  // The driver writes a number as it stands only where Postgres asks for one.
  const written = parameters.map((value) => (typeof value === 'number' ? String(value) : value))
  // The driver’s type lists what it can send; it refuses the rest at run time.
  const query = driver.unsafe(text, written as never[], { prepare: true })
  if (rows === 'bytes') return query.raw()
  return rows === 'arrays' ? query.values() : query
}
