import type { Driver } from './driver.ts'
import { ConnectionLostError, DatabaseUnavailableError } from './unavailable.ts'

export type OpenDriver = (onclose: () => void) => Driver

interface ConnectionsOptions {
  size: number
  /** The longest that a statement stands in line: behind a longer one, all would be answered late. */
  longestWaitMs: number
}

interface Waiter {
  take(driver: Driver): void
  refuse(error: Error): void
}

/** A pool’s connections: those in use, those that lie idle, and who waits for one. */
export class Connections {
  readonly #openDriver: OpenDriver
  readonly #size: number
  readonly #longestWaitMs: number
  readonly #idle: Driver[] = []
  readonly #open = new Set<Driver>()
  /** What to do when a connection in use is closed. */
  readonly #watchers = new Map<Driver, (error: Error) => void>()
  readonly #waiting: Waiter[] = []
  #closing = false

  constructor(openDriver: OpenDriver, { size, longestWaitMs }: ConnectionsOptions) {
    this.#openDriver = openDriver
    this.#size = size
    this.#longestWaitMs = longestWaitMs
  }

  /** One that lies idle; a new one or the next that is free where none does. */
  async take(deadline: number): Promise<Driver> {
    return this.#idle.pop() ?? this.takeNew(deadline)
  }

  /** A new one where there is room: those that lie idle may have been lost with the one before. */
  async takeNew(deadline: number): Promise<Driver> {
    if (this.#closing) throw new DatabaseUnavailableError('The connection pool is closed')
    if (this.#open.size < this.#size) return this.#openOne()
    return this.#idle.pop() ?? this.#wait(Math.min(deadline - Date.now(), this.#longestWaitMs))
  }

  /** The driver leaves a statement without an answer that it is sent between a reset and the end. */
  watch(driver: Driver, onLost: (error: Error) => void) {
    this.#watchers.set(driver, onLost)
  }

  #wait(ms: number): Promise<Driver> {
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
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(new DatabaseUnavailableError(`All ${this.#size} connections stayed in use`))
      }, ms)
      this.#waiting.push(waiter)
    })
  }

  release(driver: Driver) {
    this.#watchers.delete(driver)
    const next = this.#waiting.shift()
    if (next) next.take(driver)
    else if (this.#closing) this.discard(driver)
    else this.#idle.push(driver)
  }

  discard(driver: Driver) {
    this.#open.delete(driver)
    this.#watchers.delete(driver)
    driver.end({ timeout: 0 }).catch(() => {})
    if (!this.#closing && this.#open.size < this.#size) {
      this.#waiting.shift()?.take(this.#openOne())
    }
  }

  async close() {
    this.#closing = true
    for (const waiter of this.#waiting.splice(0)) {
      waiter.refuse(new DatabaseUnavailableError('The connection pool is closed'))
    }
    await Promise.allSettled([...this.#open].map((driver) => driver.end({ timeout: 4 })))
  }

  stats() {
    return { open: this.#open.size, idle: this.#idle.length, waiting: this.#waiting.length }
  }

  #openOne(): Driver {
    const driver = this.#openDriver(() => {
      // The server closed it while it lay idle: the next statement must not meet it.
      const at = this.#idle.indexOf(driver)
      if (at < 0) {
        this.#watchers.get(driver)?.(new ConnectionLostError('The connection was closed'))
        return
      }
      this.#idle.splice(at, 1)
      this.discard(driver)
    })
    this.#open.add(driver)
    return driver
  }
}
