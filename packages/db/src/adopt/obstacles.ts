import type { Migration } from '../migrations-folder.ts'
import type { Session } from '../session.ts'

/** What would make the work fail halfway, or be lost with the old tables: each by its name. */
export async function listObstacles(session: Session, migrations: Migration[]): Promise<string[]> {
  const rows = await session.query<{ says: string }>(
    `with old(id) as (values
       (to_regclass('public.users')::oid), (to_regclass('public.activities')::oid))
     select says from (${[unfit, hanging, inTheWay, extensions].join(' union all ')}) as obstacle
     order by says collate "C"`,
    [asArray(listNames(migrations)), asArray(listExtensions(migrations))],
  )
  return rows.map(({ says }) => says)
}

const asArray = (names: string[]) => `{${names.join(',')}}`

const unfit = `
  select 'Postgres ' || current_setting('server_version') || ' is older than 14' as says
    where current_setting('server_version_num')::int < 140000
  union all select 'its encoding is ' || current_setting('server_encoding') || ' and not UTF8'
    where current_setting('server_encoding') <> 'UTF8'
  union all select id::regclass || ' has no primary key on uuid' from old
    where id is not null and not exists (select from pg_index
      join pg_attribute on attrelid = indrelid and attname = 'uuid'
      where indrelid = id and indisprimary and indnatts = 1 and indkey[0] = attnum)
  union all select id::regclass || ' has row-level security' from old
    join pg_class on oid = id where relrowsecurity
  union all select id::regclass || ' inherits from ' || inhparent::regclass from old
    join pg_inherits on inhrelid = id
  union all select 'the schema adopted is in the way' where to_regnamespace('adopted') is not null`

// Whatever Postgres would drop with the old tables, or refuse to drop them for, but what every
// table has and what ours have too: row type, defaults, primary key, `not null` (which Postgres 18
// lists as constraints) and foreign keys from one of them to the other.
const hanging = `
  select distinct type || ' ' || identity || ' hangs on the old tables' from pg_depend
  left join pg_rewrite as rule
    on (classid, rule.oid, rulename) = ('pg_rewrite'::regclass, objid, '_RETURN')
  left join pg_constraint as own on (classid, own.oid) = ('pg_constraint'::regclass, objid)
  cross join lateral pg_identify_object(
    case when rule.oid is null then classid else 'pg_class'::regclass end,
    coalesce(ev_class, objid), objsubid)
  where deptype <> 'i' and classid <> 'pg_attrdef'::regclass
    and (contype in ('p', 'n') or contype = 'f' and conrelid in (select id from old)
      and confrelid in (select id from old)) is not true
    and (refclassid = 'pg_class'::regclass and refobjid in (select id from old)
      or refclassid = 'pg_type'::regclass and refobjid in (
        select unnest(array[oid, typarray]) from pg_type where typrelid in (select id from old)))`

const inTheWay = `
  select type || ' ' || identity || ' has a name of ours' from (
    select 'pg_class'::regclass, oid, relname, relnamespace from pg_class where not exists (
      select from old left join pg_index on indrelid = id where oid in (id, indexrelid))
    union all select 'pg_proc'::regclass, oid, proname, pronamespace from pg_proc
    union all select 'pg_type'::regclass, oid, typname, typnamespace from pg_type where typrelid = 0
  ) as object(class, id, called, namespace)
  cross join lateral pg_identify_object(class, id, 0)
  where namespace = 'public'::regnamespace and called = any($1::text[])`

const extensions = `
  select format('the extension %1$s is in the schema %2$s: \`alter extension %1$s set schema public\`',
      extname, extnamespace::regnamespace)
    from pg_extension where extname = any($2::text[]) and extnamespace <> 'public'::regnamespace
  union all select 'the server does not have the extension ' || wanted
    from unnest($2::text[]) as wanted
    where wanted not in (select name from pg_available_extensions)`

const find = (migrations: Migration[], pattern: RegExp) =>
  migrations.flatMap(({ statements }) =>
    statements.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name)),
  )

/** All that our migrations make, and that a database has once. */
export const listNames = (migrations: Migration[]) => [
  ...find(
    migrations,
    /\bcreate (?:or replace )?(?:unlogged |unique )?(?:table|index|function|type|sequence|view) (?:concurrently )?(?:if not exists )?"?(\w+)/gi,
  ),
  ...find(migrations, /\bconstraint "?(\w+)"? (?:primary key|unique|exclude)/gi),
]

const listExtensions = (migrations: Migration[]) =>
  find(migrations, /\bcreate extension if not exists (\w+) with schema public/gi)
