import { sql } from 'drizzle-orm'
import journal from '../../migrations/meta/_journal.json' with { type: 'json' }
import { causeWith } from '../cause.ts'
import type { Db } from '../client.ts'

/** The newest migration that this version knows. */
const newest = Math.max(...journal.entries.map(({ when }) => when))

/** Whether the database has every migration that this version knows; it may have later ones. */
export async function isMigrated(db: Db): Promise<boolean> {
  try {
    const [row] = await db.execute<{ at: string | null }>(sql`select newest_migration() as at`)
    return Number(row?.at) >= newest
  } catch (error) {
    // Undefined function, or no journal: it is older than that.
    if (['42883', '42P01'].includes(causeWith(error, 'code') ?? '')) return false
    throw error
  }
}
