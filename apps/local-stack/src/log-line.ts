import type { Terminal } from './terminal.ts'

type Fields = Record<string, string | number | boolean | undefined>

/** An event that the API logged; undefined for a line of something else, such as a stack. */
export function readLogLine(line: string): Fields | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const fields: Fields = JSON.parse(line)
    return typeof fields.event === 'string' ? fields : undefined
  } catch {
    return undefined
  }
}

const notDetails = new Set(['time', 'level', 'event'])

/** A line of the API as a person reads it; undefined for what only a machine wants. */
export function formatLine(line: string, paint: Terminal['paint']): string | undefined {
  const fields = readLogLine(line)
  if (!fields) return line
  const { level, event, method, route, status, ms } = fields
  if (event === 'request') {
    const style = Number(status) >= 500 ? 'red' : 'dim'
    return paint(style, `${method} ${route} ${status} ${ms} ms`)
  }
  if (level === 'info') return undefined
  const details = Object.entries(fields).filter(([name]) => !notDetails.has(name))
  return paint('red', [event, ...details.map(([name, value]) => `${name}=${value}`)].join(' '))
}
