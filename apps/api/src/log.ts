export type LogFields = Record<string, string | number | boolean | undefined>

/** One JSON line an event. */
export interface Log {
  info(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

export function createLog(write: (line: string) => void): Log {
  const timeNow = createClock()
  const logAt =
    (level: string) =>
    (event: string, fields: LogFields = {}) => {
      // Field by field: an object of them all, made into JSON, costs twice as much.
      let line = `{"time":"${timeNow()}","level":"${level}","event":"${event}"`
      for (const name in fields) {
        const value = fields[name]
        if (value !== undefined) line += `,"${name}":${JSON.stringify(value)}`
      }
      write(`${line}}\n`)
    }
  return { info: logAt('info'), error: logAt('error') }
}

/** The time as text, made once for all lines of a millisecond. */
function createClock(now = Date.now) {
  let at = Number.NaN
  let text = ''
  return () => {
    const ms = now()
    if (ms !== at) text = new Date(ms).toISOString()
    at = ms
    return text
  }
}

/** The driver’s own code: a message would repeat the statement. */
export function codeOfFailure(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const code = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
  return String(code ?? (cause instanceof Error ? cause.name : cause))
}
