import { MigrationError } from '../journal.ts'
import type { Migration } from '../migrations-folder.ts'
import type { Session } from '../session.ts'
import { listObstacles } from './obstacles.ts'

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

/** What there is to adopt. What it does not know would be lost, so it refuses. */
export async function readBootcamp(session: Session, migrations: Migration[]): Promise<Bootcamp> {
  const columns = await listColumns(session)
  const typeOf = (table: string, column: string) =>
    columns.find((each) => each.table === table && each.column === column)?.type
  const problems = [
    ...(['users', 'activities'] as const).flatMap((table) => compare(table, columns)),
    ...(await listObstacles(session, migrations)),
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
