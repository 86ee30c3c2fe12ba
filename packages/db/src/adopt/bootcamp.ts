import { getTableName } from 'drizzle-orm'
import { MigrationError } from '../journal.ts'
import * as schema from '../schema/index.ts'
import type { Session } from '../session.ts'

/** In what a bootcamp database may differ from another one. */
export interface Bootcamp {
  /** After its migration add_bio_column. */
  hasBio: boolean
  /** `integer` until its migration reply_to_activity_uuid_to_string; nothing could be a reply. */
  replyTo: 'integer' | 'uuid'
  hasSchemaInformation: boolean
}

type Columns = Record<string, RegExp>

const text = /^(text|character varying)$/
const time = /^timestamp without time zone$/
const count = /^integer$/
const uuid = /^uuid$/

const required: Record<'users' | 'activities', Columns> = {
  users: {
    uuid,
    display_name: text,
    handle: text,
    email: text,
    cognito_user_id: text,
    created_at: time,
  },
  activities: {
    uuid,
    user_uuid: uuid,
    message: text,
    replies_count: count,
    reposts_count: count,
    likes_count: count,
    reply_to_activity_uuid: /^(integer|uuid)$/,
    expires_at: time,
    created_at: time,
  },
}
const optional: Record<'users' | 'activities', Columns> = { users: { bio: text }, activities: {} }

/** What there is to adopt. A column that it does not know would be lost, so it refuses. */
export async function readBootcamp(session: Session): Promise<Bootcamp> {
  const columns = await listColumns(session)
  const typeOf = (table: string, column: string) =>
    columns.find((each) => each.table === table && each.column === column)?.type
  const problems = [
    ...(['users', 'activities'] as const).flatMap((table) => compare(table, columns)),
    ...(await listObstacles(session)),
  ]
  if (problems.length > 0) {
    throw new MigrationError(
      `This is not the bootcamp’s database as it made it, so nothing was changed: ${problems.join('; ')}. Mend that first, then run this again.`,
    )
  }
  const [found] = await session.query<{ there: boolean }>(
    "select to_regclass('public.schema_information') is not null as there",
  )
  return {
    hasBio: typeOf('users', 'bio') !== undefined,
    replyTo: typeOf('activities', 'reply_to_activity_uuid') === 'uuid' ? 'uuid' : 'integer',
    hasSchemaInformation: found?.there === true,
  }
}

interface Column {
  table: string
  column: string
  type: string
}

const listColumns = (session: Session) =>
  session.query<Column & Record<string, string>>(
    `select relname as table, attname as column, format_type(atttypid, null) as type
     from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace = 'public'::regnamespace and relkind = 'r'
       and relname in ('users', 'activities') and attnum > 0 and not attisdropped
     order by relname desc, attnum`,
  )

function compare(table: 'users' | 'activities', columns: Column[]): string[] {
  const known = { ...required[table], ...optional[table] }
  const own = columns.filter((each) => each.table === table)
  if (own.length === 0) return [`it has no table ${table}`]
  const missing = Object.keys(required[table]).filter(
    (name) => !own.some(({ column }) => column === name),
  )
  return [
    ...missing.map((name) => `${table}.${name} is missing`),
    ...own.flatMap(({ column, type }) => {
      const expected = Object.hasOwn(known, column) ? known[column] : undefined
      if (!expected) return [`${table}.${column} is a column that nothing of ours would keep`]
      return expected.test(type) ? [] : [`${table}.${column} has the type ${type}`]
    }),
  ]
}

/** What would make the work fail halfway, or be lost with the old tables. */
async function listObstacles(session: Session): Promise<string[]> {
  const rows = await session.query<{ says: string }>(
    `with old(id) as (select to_regclass('public.users')::oid
       union all select to_regclass('public.activities')::oid)
     select 'Postgres ' || current_setting('server_version') || ' is older than 14' as says
       where current_setting('server_version_num')::int < 140000
     union all select 'its encoding is ' || current_setting('server_encoding') || ' and not UTF8'
       where current_setting('server_encoding') <> 'UTF8'
     union all select id::regclass || ' has no primary key on uuid' from old
       where id is not null and not exists (select from pg_index
         join pg_attribute on attrelid = indrelid and attname = 'uuid'
         where indrelid = id and indisprimary and indnatts = 1 and indkey[0] = attnum)
     union all select 'the table ' || name || ' is in the way' from unnest($1::text[]) as name
       where to_regclass('public.' || name) is not null
     union all select 'the schema ' || nspname || ' is in the way' from pg_namespace
       where nspname = 'adopted'
     union all select distinct 'the view ' || ev_class::regclass || ' reads the old tables'
       from pg_depend join pg_rewrite on pg_rewrite.oid = objid
       where classid = 'pg_rewrite'::regclass and refobjid in (select id from old)
     union all select 'the table ' || conrelid::regclass || ' refers to the old tables'
       from pg_constraint where contype = 'f' and confrelid in (select id from old)
         and conrelid not in (select id from old)
     union all select 'the trigger ' || tgname || ' would be lost' from pg_trigger
       where not tgisinternal and tgrelid in (select id from old)`,
    [`{${ownTables.join(',')}}`],
  )
  return rows.map(({ says }) => says)
}

/** The tables of ours that a bootcamp database does not have. */
const ownTables = Object.values(schema)
  .map(getTableName)
  .filter((name) => !Object.hasOwn(required, name))
