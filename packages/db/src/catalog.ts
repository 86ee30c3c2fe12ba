import type { Session } from './session.ts'

export interface Table {
  schema: string
  name: string
  kind: string
  /** As of the last analyze; null before the first. */
  rows: number | null
  bytes: number
}

export interface TableDescription extends Table {
  columns: { name: string; type: string; nullable: boolean; default: string | null }[]
  indexes: { name: string; definition: string; bytes: number; valid: boolean }[]
  constraints: { name: string; definition: string }[]
  /** The foreign keys of other tables that lead here. */
  referencedBy: { table: string; name: string; definition: string }[]
  triggers: { name: string; definition: string }[]
}

// float8, because the driver gives a bigint as text.
const tableFields = `
  nspname as schema, relname as name,
  case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind,
  nullif(reltuples, -1)::float8 as rows, pg_total_relation_size(pg_class.oid)::float8 as bytes`

const ofPeople = `relkind in ('r', 'p', 'v', 'm')
  and nspname !~ '^pg_' and nspname <> 'information_schema'`

/** Every table that is nobody’s but the database’s own people’s; those of public first. */
export const listTables = ({ query }: Session) =>
  query<Table & Record<string, unknown>>(
    `select ${tableFields} from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where ${ofPeople} order by nspname <> 'public', nspname, relname`,
  )

export async function describeTable(
  { query }: Session,
  { schema, name }: Pick<Table, 'schema' | 'name'>,
): Promise<TableDescription | undefined> {
  const [row] = await query<{ description: string }>(
    `select to_json(described)::text as description from (
       select ${tableFields}, (${columns}) as columns, (${indexes}) as indexes,
         (${constraints}) as constraints, (${referencedBy}) as "referencedBy",
         (${triggers}) as triggers
       from pg_class join pg_namespace on pg_namespace.oid = relnamespace
       where ${ofPeople} and nspname = $1 and relname = $2) as described`,
    [schema, name],
  )
  return row && JSON.parse(row.description)
}

const list = (fields: string, order: string) =>
  `coalesce(json_agg(json_build_object(${fields}) order by ${order}), '[]')`

const columns = `
  select ${list(
    `'name', attname, 'type', format_type(atttypid, atttypmod), 'nullable', not attnotnull,
     'default', case when attgenerated = '' then value
       else format('generated always as (%s) stored', value) end`,
    'attnum',
  )}
  from pg_attribute
  left join pg_attrdef on adrelid = attrelid and adnum = attnum
  cross join lateral pg_get_expr(adbin, adrelid) as value
  where attrelid = pg_class.oid and attnum > 0 and not attisdropped`

const indexes = `
  select ${list(
    `'name', index.relname, 'definition', pg_get_indexdef(indexrelid),
     'bytes', pg_relation_size(indexrelid), 'valid', indisvalid`,
    'not indisprimary, index.relname',
  )}
  from pg_index join pg_class as index on index.oid = indexrelid
  where indrelid = pg_class.oid`

const constraints = `
  select ${list(`'name', conname, 'definition', pg_get_constraintdef(oid)`, 'contype, conname')}
  from pg_constraint where conrelid = pg_class.oid and contype in ('c', 'f', 'x')`

const referencedBy = `
  select ${list(
    `'table', conrelid::regclass, 'name', conname, 'definition', pg_get_constraintdef(oid)`,
    'conname',
  )}
  from pg_constraint where confrelid = pg_class.oid and contype = 'f'`

const triggers = `
  select ${list(`'name', tgname, 'definition', pg_get_triggerdef(oid)`, 'tgname')}
  from pg_trigger where tgrelid = pg_class.oid and not tgisinternal`
