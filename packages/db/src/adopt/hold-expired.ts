import { sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import type { Session } from '../session.ts'

/**
 * What had expired by this instant was adopted with the database, and stays until its owner says
 * otherwise. The mark is a comment on the table, so that every other database is spared a look-up;
 * the planner reads it too, which a subselect would keep it from.
 */
export const heldUntil = sql`coalesce(substring(
  obj_description('activities'::regclass, 'pg_class')
  from 'expired until ([0-9T:.-]+Z) is kept')::timestamptz, '-infinity')`

export async function holdExpired(session: Session) {
  const [found] = await session.query<{ now: string }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`,
  )
  await session.query(
    `comment on table activities is
     'What had expired until ${found?.now} is kept: pnpm db sweep <environment> --adopted'`,
  )
}

/** Lets the sweepers have it. */
export const releaseExpired = (db: Db) => db.execute(sql`comment on table activities is null`)
