import { readMigrations } from './migrations-folder.ts'
import type { Session } from './session.ts'

/**
 * What a database holds: nothing yet, our own tables, the bootcamp's, or somebody else's.
 * Only the first two may be migrated.
 */
export type DatabaseShape = 'empty' | 'ours' | 'bootcamp' | 'foreign'

/** A journal is ours when our first migration is in it: other projects use drizzle-kit too. */
export async function findShape(
  session: Session,
  [first] = readMigrations(),
): Promise<DatabaseShape> {
  const [found] = await session.query<{ journal: boolean; bootcamp: boolean; objects: number }>(`
    with object(namespace, class, id) as (
      select relnamespace, 'pg_class'::regclass, oid from pg_class
      where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and (relnamespace::regnamespace::text, relname) not in
          (('drizzle', '__drizzle_migrations'), ('drizzle', '__drizzle_migrations_id_seq'))
      union all select pronamespace, 'pg_proc'::regclass, oid from pg_proc
      union all select typnamespace, 'pg_type'::regclass, oid from pg_type where typtype in ('d', 'e')
    )
    select
      to_regclass('drizzle.__drizzle_migrations') is not null as journal,
      to_regclass('public.users') is not null
        and to_regclass('public.activities') is not null as bootcamp,
      (select count(*)::int from object
        join pg_namespace on pg_namespace.oid = namespace
        where nspname !~ '^pg_' and nspname <> 'information_schema'
          and not exists (select from pg_depend
            where classid = class and objid = id and deptype = 'e')) as objects`)
  if (found?.journal) {
    const [entries] = await session.query<{ ours: boolean; others: boolean }>(
      `select count(*) filter (where hash = $1 or created_at = $2) > 0 as ours,
         count(*) > 0 as others from drizzle.__drizzle_migrations`,
      [first?.hash, first?.createdAt],
    )
    if (entries?.ours) return 'ours'
    if (entries?.others) return 'foreign'
  }
  if (found?.bootcamp) return 'bootcamp'
  return found?.objects === 0 ? 'empty' : 'foreign'
}
