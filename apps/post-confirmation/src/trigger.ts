import type { Db } from '@cruddur/db'
import type { LogFields } from './log.ts'

/** What Cognito tells a trigger. */
export interface TriggerEvent {
  source: string
  attributes: Record<string, string>
}

/** One of Cognito's moments. */
export interface Trigger {
  /** What it did, for the log; it may be run again after it failed. */
  run: (db: Db, event: TriggerEvent) => Promise<LogFields>
  /** What the person reads when it could not be done: Cognito ends the sentence with a full stop. */
  failure: string
}

/** The answer is no, in a sentence for the person. */
export class RefusedError extends Error {
  override name = 'RefusedError'
  readonly reason: string

  constructor(reason: string, sentence: string) {
    super(sentence)
    this.reason = reason
  }
}

/** Takes what is text and leaves the rest, so that no event is too odd to be answered. */
export function readTriggerEvent(event: unknown): TriggerEvent {
  const source = at(event, 'triggerSource')
  const attributes = at(at(event, 'request'), 'userAttributes') ?? {}
  return {
    source: typeof source === 'string' ? source : '',
    attributes: Object.fromEntries(Object.entries(attributes).filter(isText)),
  }
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string'
