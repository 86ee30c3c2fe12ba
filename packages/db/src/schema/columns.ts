import { timestamp } from 'drizzle-orm/pg-core'

/** An instant with JavaScript's own precision, so that a cursor made of it loses no row. */
export const instant = (name: string) =>
  timestamp(name, { precision: 3, withTimezone: true, mode: 'date' })
