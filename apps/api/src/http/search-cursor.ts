import type { SearchPosition } from '@cruddur/db'
import { decode, encode, isInstant, isUuid } from './cursor.ts'

/** Stands for no floor: every match is ranked. */
const none = '-'

/** A place in a list of matches as clients carry it: its score, too, and as of when it was made. */
export const writeSearchCursor = ({ asOf, floor, isWide, score, at, uuid }: SearchPosition) =>
  encode([asOf, floor ?? none, isWide ? 'wide' : 'near', score, at, uuid].join(' '))

export function readSearchCursor(cursor: string): SearchPosition | undefined {
  const [asOf = '', floor = '', width = '', score = '', at = '', uuid = '', ...rest] =
    decode(cursor).split(' ')
  const real =
    isInstant(asOf) &&
    (floor === none || isInstant(floor)) &&
    (width === 'wide' || width === 'near') &&
    /^\d{1,5}$/.test(score) &&
    isInstant(at) &&
    isUuid(uuid)
  if (!real || rest.length > 0) return undefined
  return {
    asOf,
    floor: floor === none ? null : floor,
    isWide: width === 'wide',
    score: Number(score),
    at,
    uuid,
  }
}
