import type { Position } from '@cruddur/db'

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A place in a list as clients carry it: opaque, and made of letters that a URL leaves alone. */
export const writeCursor = ({ at, uuid }: Position) => encode(`${at} ${uuid}`)

export function readCursor(cursor: string): Position | undefined {
  const [at = '', id = '', ...rest] = decode(cursor).split(' ')
  const real = isInstant(at) && isUuid(id)
  return real && rest.length === 0 ? { at, uuid: id } : undefined
}

/** An instant that Postgres, too, takes for one: no 30th of February, no year 0. */
export const isInstant = (text: string) =>
  instant.test(text) && text >= '0001' && isSame(new Date(text), text)
export const isUuid = (text: string) => uuid.test(text)

const isSame = (date: Date, text: string) =>
  !Number.isNaN(date.getTime()) && date.toISOString() === text

export const encode = (text: string) =>
  btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

export function decode(cursor: string): string {
  try {
    return atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return ''
  }
}
