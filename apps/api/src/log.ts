export type LogFields = Record<string, string | number | boolean | undefined>

/** One JSON line an event. */
export interface Log {
  info(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

export function createLog(write: (line: string) => void): Log {
  const logAt = (level: string) => (event: string, fields?: LogFields) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`)
  return { info: logAt('info'), error: logAt('error') }
}

/** The driver’s own code: a message would repeat the statement. */
export function codeOfFailure(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const code = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
  return String(code ?? (cause instanceof Error ? cause.name : cause))
}
