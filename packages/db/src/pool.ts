import { causeWith } from './cause.ts'
import { Connections, type OpenDriver } from './connections.ts'
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

export interface PoolOptions {
  size: number
  /** The longest a caller waits, for a free connection and the answer together. */
  deadlineMs: number
  /** The longest that it waits for a free connection. */
  longestWaitMs: number
}

export interface Pool {
  run(statement: Statement): Promise<unknown[]>
  stats(): { open: number; idle: number; waiting: number }
  close(): Promise<void>
}

/**
 * Hands each statement a connection of its own, and throws away a connection that failed it. Never
 * two on one: docs/decisions/0001 says what the driver answers then.
 */
export function openPool(openDriver: OpenDriver, options: PoolOptions): Pool {
  const { deadlineMs } = options
  const connections = new Connections(openDriver, options)

  async function run(statement: Statement): Promise<unknown[]> {
    const deadline = Date.now() + deadlineMs
    try {
      return await attempt(statement, deadline, await connections.take(deadline))
    } catch (error) {
      // Whoever stood in its way goes first, or both would meet again.
      if (wasUndone(error)) await pause(20 + Math.random() * 50)
      else if (statement.effect === 'once' || !isLostConnection(error)) throw error
      return attempt(statement, deadline, await connections.takeNew(deadline))
    }
  }

  async function attempt(statement: Statement, deadline: number, driver: Driver) {
    try {
      const rows = await answerOf(driver, statement, deadline)
      connections.release(driver)
      return rows
    } catch (error) {
      if (isConnectionFault(error)) connections.discard(driver)
      else connections.release(driver)
      throw error
    }
  }

  function answerOf(driver: Driver, statement: Statement, deadline: number): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new DatabaseUnavailableError(`No answer within ${deadlineMs} ms`))
      }, deadline - Date.now())
      const settle = (done: () => void) => {
        clearTimeout(timer)
        done()
      }
      connections.watch(driver, (error) => settle(() => reject(error)))
      send(driver, statement).then(
        (rows) => settle(() => resolve(rows)),
        (error) => settle(() => reject(error)),
      )
    })
  }

  return { run, close: () => connections.close(), stats: () => connections.stats() }
}

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
