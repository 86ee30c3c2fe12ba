import type { Session } from './session.ts'

/**
 * What a database holds: nothing yet, our own tables, the bootcamp's, or somebody else's.
 * Only the first two may be migrated.
 */
export type DatabaseShape = 'empty' | 'ours' | 'bootcamp' | 'foreign'

export async function findShape(session: Session): Promise<DatabaseShape> {
  const [row] = await session.query<{ ours: boolean; bootcamp: boolean; tables: number }>(`
    select
      to_regclass('drizzle.__drizzle_migrations') is not null as ours,
      to_regclass('public.users') is not null
        and to_regclass('public.activities') is not null as bootcamp,
      (select count(*)::int from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')) as tables`)
  if (row?.ours) return 'ours'
  if (row?.bootcamp) return 'bootcamp'
  return row?.tables === 0 ? 'empty' : 'foreign'
}
