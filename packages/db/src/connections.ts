import type { Driver } from './driver.ts'
import { ConnectionLostError, DatabaseUnavailableError } from './unavailable.ts'

export type OpenDriver = (onclose: () => void) => Driver

export interface ConnectionsOptions {
  size: number
  /** The longest that a statement stands in line: behind a longer one, all would be answered late. */
  longestWaitMs: number
  /** Whether a connection keeps the plans of what it answered, so that others may stand behind. */
  prepare: boolean
}

/** One connection, and who waits for an answer on it. */
export interface Connection {
  readonly driver: Driver
  /** Of each, what to do when it is lost: the driver may leave it without an answer. */
  readonly asked: Set<(error: Error) => void>
  /** What it has a plan for. Behind what it has to plan first, the driver would hold everybody back. */
  readonly planned: Set<string>
  /** How many have it. */
  users: number
  /** Whether all of them read what it has a plan for, so that others may stand behind. */
  isShared: boolean
  answeredAt: number
  /** How long what was answered last took. */
  paceMs: number
}

/** What a statement says that may stand behind others and have others behind it. */
export type Shareable = string | undefined

interface Waiter {
  text: Shareable
  take(connection: Connection): void
  refuse(error: Error): void
}

// Four keep two cores of Postgres at work (docs/performance.md); the rest is for writes, and for
// reads while those before stand still.
const readBeforeShared = 4
const readersOfOne = 8
const standsStillMs = 50
// Slower ones do better side by side.
const slowMs = 20

/** A pool’s connections: those in use, those that lie idle, and who waits for one. */
export class Connections {
  readonly #openDriver: OpenDriver
  readonly #options: ConnectionsOptions
  readonly #open = new Set<Connection>()
  readonly #idle: Connection[] = []
  readonly #waiting: Waiter[] = []
  #closing = false

  constructor(openDriver: OpenDriver, options: ConnectionsOptions) {
    this.#openDriver = openDriver
    this.#options = options
  }

  /** One to share where enough are read from, else one that lies idle, a new one, or the next. */
  async take(deadline: number, text: Shareable): Promise<Connection> {
    return this.#join(text) ?? this.#use(this.#idle.pop(), text) ?? this.takeNew(deadline, text)
  }

  /** A new one where there is room: those that lie idle may have been lost with the one before. */
  async takeNew(deadline: number, text: Shareable): Promise<Connection> {
    if (this.#closing) throw new DatabaseUnavailableError('The connection pool is closed')
    const { size, longestWaitMs } = this.#options
    const room = this.#open.size < size ? this.#openOne() : this.#idle.pop()
    return this.#use(room, text) ?? this.#wait(Math.min(deadline - Date.now(), longestWaitMs), text)
  }

  #use(connection: Connection | undefined, text: Shareable) {
    if (!connection) return undefined
    connection.users = 1
    connection.isShared = text !== undefined && connection.planned.has(text)
    connection.answeredAt = Date.now()
    return connection
  }

  #join(text: Shareable): Connection | undefined {
    // Or reads would keep for ever from whoever waits what they share.
    if (text === undefined || this.#waiting.length > 0) return undefined
    let read = 0
    let found: Connection | undefined
    for (const connection of this.#open) {
      if (connection.users === 0 || !connection.isShared) continue
      read++
      const hasFewer = connection.users < (found?.users ?? readersOfOne)
      if (hasFewer && mayJoin(connection, text) && !standsStill(connection)) found = connection
    }
    if (read < readBeforeShared || !found) return undefined
    found.users++
    return found
  }

  #wait(ms: number, text: Shareable): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        text,
        take(connection) {
          clearTimeout(timer)
          resolve(connection)
        },
        refuse(error) {
          clearTimeout(timer)
          reject(error)
        },
      }
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(new DatabaseUnavailableError(`All ${this.#options.size} connections stayed in use`))
      }, ms)
      this.#waiting.push(waiter)
    })
  }

  /** A statement is answered on it, one that it has a plan for or an error. */
  release(connection: Connection, planned?: Shareable) {
    const now = Date.now()
    connection.users--
    connection.paceMs = now - connection.answeredAt
    connection.answeredAt = now
    if (planned !== undefined && this.#options.prepare) connection.planned.add(planned)
    if (!this.#open.has(connection)) return
    if (connection.users > 0) this.#fill(connection)
    else if (this.#waiting.length > 0) this.#handOn(connection)
    else this.#idle.push(connection)
  }

  /** To who waits longest, and to those behind who may share it. */
  #handOn(connection: Connection) {
    const first = this.#waiting.shift()
    if (!first) return
    this.#use(connection, first.text)
    first.take(connection)
    this.#fill(connection)
  }

  /** Nobody goes past who waits longest. */
  #fill(connection: Connection) {
    for (let [next] = this.#waiting; next && mayJoin(connection, next.text); ) {
      connection.users++
      this.#waiting.shift()
      next.take(connection)
      next = this.#waiting[0]
    }
  }

  discard(connection: Connection) {
    if (!this.#open.delete(connection)) return
    lose(connection)
    connection.driver.end({ timeout: 0 }).catch(() => {})
    if (!this.#closing && this.#waiting.length > 0) this.#handOn(this.#openOne())
  }

  async close() {
    this.#closing = true
    for (const waiter of this.#waiting.splice(0)) {
      waiter.refuse(new DatabaseUnavailableError('The connection pool is closed'))
    }
    await Promise.allSettled([...this.#open].map(({ driver }) => driver.end({ timeout: 4 })))
  }

  stats() {
    return { open: this.#open.size, idle: this.#idle.length, waiting: this.#waiting.length }
  }

  #openOne(): Connection {
    const driver = this.#openDriver(() => {
      // The next statement must not meet it: the driver would dial again for it.
      const at = this.#idle.indexOf(connection)
      if (at >= 0) this.#idle.splice(at, 1)
      this.discard(connection)
    })
    const connection: Connection = {
      driver,
      asked: new Set(),
      planned: new Set(),
      users: 0,
      isShared: false,
      answeredAt: 0,
      paceMs: 0,
    }
    this.#open.add(connection)
    return connection
  }
}

const mayJoin = ({ isShared, users, planned, paceMs }: Connection, text: Shareable) =>
  isShared && users < readersOfOne && paceMs < slowMs && text !== undefined && planned.has(text)

const standsStill = ({ answeredAt }: Connection) => Date.now() - answeredAt >= standsStillMs

function lose({ asked }: Connection) {
  for (const tell of asked) tell(new ConnectionLostError('The connection was closed'))
}
