import { randomUUID } from 'node:crypto'
import { afterAll, inject } from 'vitest'
import { createDatabase, dropDatabase, withDatabase } from './databases.ts'
import type { Migration } from './migrations-folder.ts'
import { openSession, type Session } from './session.ts'

/** An own database with nothing in it; it goes when the file ends. */
export async function emptyDatabase() {
  const { url: serverUrl, template } = inject('testServer')
  const name = template.replace('template', `empty_${randomUUID().slice(0, 8)}`)
  const url = withDatabase(serverUrl, name)
  await createDatabase(url)
  const session = openSession(url)
  afterAll(async () => {
    await session.close()
    await dropDatabase(url)
  })
  return { url, session }
}

export const migration = (
  n: number,
  statements: string[],
  options: Partial<Migration> = {},
): Migration => ({
  tag: `000${n}_test`,
  createdAt: n,
  hash: `hash ${statements}`,
  statements,
  down: [],
  transactional: true,
  ...options,
})

/** All that migrations make, as lines to compare; without the journal and what extensions bring. */
export async function dumpCatalog(session: Session): Promise<string[]> {
  const rows = await session.query<{ line: string }>(`
    with ours as (
      select oid, nspname from pg_namespace
      where nspname !~ '^pg_' and nspname not in ('information_schema', 'drizzle')
    ), relation as (
      select pg_class.oid, relname, relkind, reloptions, relacl from pg_class
      join ours on ours.oid = relnamespace
      where not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e')
    )
    select format('%s %s %s %s %s', relkind, relname, reloptions, relacl,
      obj_description(oid, 'pg_class')) as line from relation
    union all
    select format('column %s %s %s %s %s %s %s', relname,
      row_number() over (partition by attrelid order by attnum), attname,
      format_type(atttypid, atttypmod), attnotnull, attgenerated, pg_get_expr(adbin, adrelid))
    from pg_attribute join relation on relation.oid = attrelid
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attnum > 0 and not attisdropped
    union all
    select format('constraint %s.%s %s %s', relname, conname, convalidated,
      pg_get_constraintdef(pg_constraint.oid))
    from pg_constraint join relation on relation.oid = conrelid
    union all
    select format('index %s %s', indisvalid, pg_get_indexdef(indexrelid))
    from pg_index join relation on relation.oid = indrelid
    union all
    select format('trigger %s', pg_get_triggerdef(pg_trigger.oid))
    from pg_trigger join relation on relation.oid = tgrelid where not tgisinternal
    union all
    select format('function %s %s', pg_get_functiondef(pg_proc.oid), proacl)
    from pg_proc join ours on ours.oid = pronamespace
    where prokind in ('f', 'p')
      and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
    union all
    select format('type %s %s %s', typname, format_type(nullif(typbasetype, 0), typtypmod),
      array(select enumlabel from pg_enum where enumtypid = pg_type.oid order by enumsortorder))
    from pg_type join ours on ours.oid = typnamespace
    where typtype in ('d', 'e')
    order by 1`)
  return rows.map(({ line }) => line)
}
