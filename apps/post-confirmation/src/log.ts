import { refusedBy } from '@cruddur/db'

export type LogFields = Record<string, string | number | boolean | undefined>

/** One JSON line an event: never an email, a name or what a statement was given. */
export interface Log {
  info(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

export function createLog(write: (line: string) => void): Log {
  const logAt = (level: string) => (event: string, fields?: LogFields) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`)
  return { info: logAt('info'), error: logAt('error') }
}

/** What a log may say of an error: where a statement failed, its words may repeat what a person wrote. */
export function describeError(error: unknown): LogFields {
  let inner = error
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause
  if (!(inner instanceof Error)) return { reason: typeof inner }
  const code = Reflect.get(inner, 'code')
  const hasStatement = Reflect.has(inner, 'query')
  return {
    reason: hasStatement ? inner.name : `${inner.name}: ${inner.message}`,
    code: typeof code === 'string' ? code : undefined,
    constraint: refusedBy(inner),
  }
}
