import { KeysUnavailableError } from './errors.ts'
import type { Key, Keys } from './keys.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** Older keys are fetched again while they stay in use. */
const REFRESH_AFTER_MS = 5 * MINUTE
/** Older keys wait for a new answer: within this time a withdrawn key is refused. */
const MAX_AGE_MS = 10 * MINUTE
/** While the endpoint fails, older keys serve for an hour more. */
const MAX_STALE_AGE_MS = MAX_AGE_MS + 60 * MINUTE
/** Between fetches that nothing but an unknown kid or the keys' age asks for. */
const COOL_DOWN_MS = 30 * SECOND

/** 4 s after the first failure, then 32 s, then 3 minutes. */
const backOffMs = (failures: number) =>
  failures === 0 ? 0 : Math.min(4 * SECOND * 8 ** (failures - 1), 3 * MINUTE)

export type KeySet = {
  /**
   * The key of that name, without a promise if it is at hand; undefined if there surely is none.
   */
  find(kid: string): Key | undefined | Promise<Key | undefined>
  load(): Promise<void>
}

type Source = {
  readonly url: string
  readonly read: (earlier: Keys) => Promise<Keys>
  readonly now: () => number
  readonly singleFlight: boolean
}

/** The keys behind one URL: fetched when they are needed, and as seldom as is safe. */
export class RemoteKeySet implements KeySet {
  readonly #source: Source
  #keys: Keys = new Map()
  #fetchedAt = Number.NEGATIVE_INFINITY
  #attemptedAt = Number.NEGATIVE_INFINITY
  #failedAt = Number.NEGATIVE_INFINITY
  #failure: unknown
  #failures = 0
  #attempts = 0
  #answeredAttempt = 0
  #flight: Promise<void> | undefined

  constructor(source: Source) {
    this.#source = source
  }

  find(kid: string): Key | undefined | Promise<Key | undefined> {
    const waiting = this.#freshen()
    return waiting ? waiting.then(() => this.#lookUp(kid)) : this.#lookUp(kid)
  }

  async load(): Promise<void> {
    await this.#freshen()
    this.#demandKeys()
  }

  /** Starts a fetch if one is due, and returns it if there is nothing to go on with meanwhile. */
  #freshen(): Promise<void> | undefined {
    const age = this.#since(this.#fetchedAt)
    if (age < REFRESH_AFTER_MS) return undefined
    const isFailing = this.#failures > 0 && this.#since(this.#failedAt) < MAX_AGE_MS
    if (age < MAX_AGE_MS || (isFailing && age < MAX_STALE_AGE_MS)) {
      const fetching = this.#mayFetch() ? this.#fetch() : undefined
      return this.#source.singleFlight ? undefined : fetching
    }
    return this.#hasBackedOff() ? this.#fetch() : undefined
  }

  #lookUp(kid: string): Key | undefined | Promise<Key | undefined> {
    this.#demandKeys()
    const key = this.#keys.get(kid)
    if (key) return key
    const isAsking = this.#flight !== undefined || this.#mayFetch()
    return isAsking ? this.#fetch().then(() => this.#conclude(kid)) : this.#conclude(kid)
  }

  /** Only the answer to the latest fetch can say that a kid is unknown. */
  #conclude(kid: string): Key | undefined {
    const key = this.#keys.get(kid)
    if (!key && this.#answeredAttempt < this.#attempts) throw this.#unavailable()
    return key
  }

  #demandKeys(): void {
    if (this.#since(this.#fetchedAt) >= MAX_STALE_AGE_MS) throw this.#unavailable()
  }

  #unavailable(): KeysUnavailableError {
    const waitMs = backOffMs(this.#failures) - this.#since(this.#failedAt)
    const seconds = Math.max(1, Math.ceil(waitMs / SECOND))
    return new KeysUnavailableError(this.#source.url, seconds, this.#failure)
  }

  /** Absolute, so that a clock that is set back does not make keys immortal. */
  #since(time: number): number {
    return Math.abs(this.#source.now() - time)
  }

  #hasBackedOff(): boolean {
    return this.#since(this.#failedAt) >= backOffMs(this.#failures)
  }

  #mayFetch(): boolean {
    return this.#hasBackedOff() && this.#since(this.#attemptedAt) >= COOL_DOWN_MS
  }

  /** Never rejects. On Workers each request has its own fetch, for none may await another's. */
  #fetch(): Promise<void> {
    if (!this.#source.singleFlight) return this.#attempt()
    this.#flight ??= this.#attempt().finally(() => {
      this.#flight = undefined
    })
    return this.#flight
  }

  async #attempt(): Promise<void> {
    const attempt = ++this.#attempts
    const failuresBefore = this.#failures
    const startedAt = this.#source.now()
    this.#attemptedAt = startedAt
    try {
      const keys = await this.#source.read(this.#keys)
      if (attempt < this.#answeredAttempt) return
      this.#keys = keys
      this.#fetchedAt = startedAt
      this.#answeredAttempt = attempt
      this.#failures = 0
    } catch (error) {
      this.#failure = error
      this.#failedAt = this.#source.now()
      this.#failures = failuresBefore + 1
    }
  }
}
