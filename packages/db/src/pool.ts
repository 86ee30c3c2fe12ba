import { causeWith } from './cause.ts'
import type { Driver } from './driver.ts'
import { DatabaseUnavailableError, isConnectionFault, isLostConnection } from './unavailable.ts'

export interface Statement {
  text: string
  parameters: unknown[]
  /** Rows as arrays in the order of the select, or as objects by column name. */
  rows: 'arrays' | 'objects'
  /** It changes nothing, or says the same when said twice: safe to send again after a lost connection. */
  repeatable: boolean
}

export interface PoolOptions {
  size: number
  /** The longest a caller waits, for a free connection and the answer together. */
  deadlineMs: number
}

export interface Pool {
  run(statement: Statement): Promise<unknown[]>
  stats(): { open: number; idle: number; waiting: number }
  close(): Promise<void>
}

interface Waiter {
  take(driver: Driver): void
  refuse(error: Error): void
}

/** Hands each statement a connection of its own, and throws away a connection that failed it. */
export function openPool(
  openDriver: (onclose: () => void) => Driver,
  { size, deadlineMs }: PoolOptions,
): Pool {
  const idle: Driver[] = []
  const open = new Set<Driver>()
  const waiting: Waiter[] = []
  let closing = false

  async function run(statement: Statement): Promise<unknown[]> {
    const deadline = Date.now() + deadlineMs
    try {
      return await attempt(statement, deadline)
    } catch (error) {
      // Whoever stood in its way goes first, or both would meet again.
      if (wasUndone(error)) await pause(20 + Math.random() * 50)
      else if (!statement.repeatable || !isLostConnection(error)) throw error
      return attempt(statement, deadline)
    }
  }

  async function attempt(statement: Statement, deadline: number): Promise<unknown[]> {
    const driver = idle.pop() ?? (await acquire(deadline))
    try {
      const rows = await within(deadline, send(driver, statement))
      release(driver)
      return rows
    } catch (error) {
      if (isConnectionFault(error)) discard(driver)
      else release(driver)
      throw error
    }
  }

  async function acquire(deadline: number): Promise<Driver> {
    if (closing) throw new DatabaseUnavailableError('The connection pool is closed')
    if (open.size < size) return openOne()
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        take(driver) {
          clearTimeout(timer)
          resolve(driver)
        },
        refuse(error) {
          clearTimeout(timer)
          reject(error)
        },
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(waiter), 1)
        reject(new DatabaseUnavailableError(`All ${size} connections stayed in use`))
      }, deadline - Date.now())
      waiting.push(waiter)
    })
  }

  function openOne(): Driver {
    const driver = openDriver(() => {
      // The server closed it while it lay idle: the next statement must not meet it.
      const at = idle.indexOf(driver)
      if (at >= 0) {
        idle.splice(at, 1)
        discard(driver)
      }
    })
    open.add(driver)
    return driver
  }

  function release(driver: Driver) {
    const next = waiting.shift()
    if (next) next.take(driver)
    else if (closing) discard(driver)
    else idle.push(driver)
  }

  function discard(driver: Driver) {
    open.delete(driver)
    driver.end({ timeout: 0 }).catch(() => {})
    if (!closing && open.size < size) waiting.shift()?.take(openOne())
  }

  async function close() {
    closing = true
    for (const waiter of waiting.splice(0)) {
      waiter.refuse(new DatabaseUnavailableError('The connection pool is closed'))
    }
    await Promise.allSettled([...open].map((driver) => driver.end({ timeout: 4 })))
  }

  return {
    run,
    close,
    stats: () => ({ open: open.size, idle: idle.length, waiting: waiting.length }),
  }

  function within<T>(deadline: number, answer: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new DatabaseUnavailableError(`No answer within ${deadlineMs} ms`))
      }, deadline - Date.now())
      answer.then(
        (value) => {
          clearTimeout(timer)
          resolve(value)
        },
        (error) => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })
  }
}

/** A deadlock or a serialisation failure: nothing of the statement took effect, whatever it was. */
const wasUndone = (error: unknown) => ['40P01', '40001'].includes(causeWith(error, 'code') ?? '')

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Its own prepared statement; the driver's array form is what Drizzle maps from. */
async function send(driver: Driver, { text, parameters, rows }: Statement): Promise<unknown[]> {
  const query = driver.unsafe(text, parameters as never[], { prepare: true })
  return rows === 'arrays' ? query.values() : query
}
