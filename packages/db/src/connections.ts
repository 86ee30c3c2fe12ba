import type { Driver } from './driver.ts'
import { ConnectionLostError, DatabaseUnavailableError } from './unavailable.ts'

export type OpenDriver = (onclose: () => void) => Driver

/** It changes nothing, or as much when said twice, or is to be said once. */
export type Effect = 'none' | 'repeatable' | 'once'

interface ConnectionsOptions {
  size: number
  /** The longest that a statement stands in line: behind a longer one, all would be answered late. */
  longestWaitMs: number
  /** How many of a kind may stand behind one another on one, when all are in use. */
  statementsPerConnection: number
}

interface Waiter {
  effect: Effect
  take(driver: Driver): void
  refuse(error: Error): void
}

/** What is being answered on a connection: one statement, or several of a kind. */
interface Use {
  effect: Effect
  count: number
  onLost: Set<(error: Error) => void>
}

/** A pool’s connections: those in use, those that lie idle, and who waits for one. */
export class Connections {
  readonly #openDriver: OpenDriver
  readonly #size: number
  readonly #longestWaitMs: number
  readonly #statementsPerConnection: number
  readonly #idle: Driver[] = []
  readonly #open = new Set<Driver>()
  /** The statements on each connection in use: what to do when it is closed. */
  readonly #uses = new Map<Driver, Use>()
  readonly #waiting: Waiter[] = []
  #closing = false

  constructor(openDriver: OpenDriver, options: ConnectionsOptions) {
    this.#openDriver = openDriver
    this.#size = options.size
    this.#longestWaitMs = options.longestWaitMs
    this.#statementsPerConnection = options.statementsPerConnection
  }

  /** One that lies idle; a new one or the next that is free where none does. */
  async take(deadline: number, effect: Effect): Promise<Driver> {
    return this.#use(this.#idle.pop(), effect) ?? this.takeNew(deadline, effect)
  }

  /** A new one where there is room: those that lie idle may have been lost with the one before. */
  async takeNew(deadline: number, effect: Effect): Promise<Driver> {
    if (this.#closing) throw new DatabaseUnavailableError('The connection pool is closed')
    const room = this.#open.size < this.#size ? this.#openOne() : this.#idle.pop()
    return (
      this.#use(room, effect) ??
      (this.#waiting.length === 0 ? this.#share(effect) : undefined) ??
      this.#wait(Math.min(deadline - Date.now(), this.#longestWaitMs), effect)
    )
  }

  #use(driver: Driver | undefined, effect: Effect) {
    if (driver) this.#uses.set(driver, { effect, count: 1, onLost: new Set() })
    return driver
  }

  /** A read behind reads and a write behind writes: no read waits for a commit. */
  #mayJoin(use: Use, effect: Effect): boolean {
    // What is to be said once dies with its connection, so it shares nobody’s.
    if (effect === 'once' || use.effect !== effect) return false
    return use.count < this.#statementsPerConnection
  }

  #share(effect: Effect): Driver | undefined {
    for (const [driver, use] of this.#uses) {
      if (!this.#mayJoin(use, effect)) continue
      use.count++
      // Last in line for the next.
      this.#uses.delete(driver)
      this.#uses.set(driver, use)
      return driver
    }
    return undefined
  }

  /** The driver leaves a statement without an answer that it is sent between a reset and the end. */
  watch(driver: Driver, onLost: (error: Error) => void): () => void {
    const watchers = this.#uses.get(driver)?.onLost
    watchers?.add(onLost)
    // A connection that is shared all the while would keep each that it ever answered.
    return () => watchers?.delete(onLost)
  }

  #wait(ms: number, effect: Effect): Promise<Driver> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        effect,
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
    const use = this.#uses.get(driver)
    if (!use) return
    use.count--
    if (use.count > 0) return this.#fill(driver, use)
    this.#uses.delete(driver)
    if (this.#waiting.length > 0) this.#handOn(driver)
    else if (this.#closing) this.discard(driver)
    else this.#idle.push(driver)
  }

  /** To who waits longest, and to those behind who may share it. */
  #handOn(driver: Driver) {
    const first = this.#waiting.shift()
    if (!first) return
    this.#use(driver, first.effect)
    first.take(driver)
    const use = this.#uses.get(driver)
    if (use) this.#fill(driver, use)
  }

  /** Nobody goes past who waits longest, so that a kind of statement never keeps another out. */
  #fill(driver: Driver, use: Use) {
    for (let [next] = this.#waiting; next && this.#mayJoin(use, next.effect); ) {
      use.count++
      this.#waiting.shift()
      next.take(driver)
      next = this.#waiting[0]
    }
  }

  discard(driver: Driver) {
    if (!this.#open.delete(driver)) return
    this.#uses.delete(driver)
    driver.end({ timeout: 0 }).catch(() => {})
    if (!this.#closing && this.#open.size < this.#size && this.#waiting.length > 0) {
      this.#handOn(this.#openOne())
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
        const lost = new ConnectionLostError('The connection was closed')
        for (const tell of this.#uses.get(driver)?.onLost ?? []) tell(lost)
        return
      }
      this.#idle.splice(at, 1)
      this.discard(driver)
    })
    this.#open.add(driver)
    return driver
  }
}
