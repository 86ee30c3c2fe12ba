import { type AnyColumn, type GetColumnData, is, type SQL, sql } from 'drizzle-orm'
import { PgTimestamp } from 'drizzle-orm/pg-core'
import type { Db } from './client.ts'
import type { Bytes, Later } from './prepare.ts'

declare const held: unique symbol

/** JSON that Postgres serialised; T is what parsing it would give. */
export type JsonText<T> = string & { readonly [held]?: T }

/** The same as the bytes that came: most of it is only passed on. */
export type JsonBytes<T> = Bytes & { readonly [held]?: T }

/** A place in a list: the instant and the uuid of the last row that was read. */
export interface Position {
  at: string
  uuid: string
}

export interface PageRequest {
  limit: number
  after?: Position | undefined
}

export interface Page<T> {
  items: JsonText<T[]>
  next: Position | undefined
}

type Sent<V> = V extends Date ? string : V
type SentField<F> = F extends AnyColumn
  ? Sent<GetColumnData<F>>
  : F extends SQL<infer V>
    ? Sent<V>
    : never
type WireFields = Record<string, AnyColumn | SQL>
type Wire<F extends WireFields> = { [K in keyof F]: SQL.Aliased<SentField<F[K]>> }
export type WireRow<F> = { [K in keyof F]: F[K] extends SQL.Aliased<infer V> ? V : never }

/** An instant as the wire has it. */
export const isoText = (instant: AnyColumn | SQL) =>
  sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** Fields under the names they have on the wire; an instant becomes ISO 8601 text with milliseconds. */
export function wire<F extends WireFields>(fields: F): Wire<F> {
  const entries = Object.entries(fields).map(([name, field]) => {
    const value = is(field, PgTimestamp) ? isoText(field) : sql`${field}`
    return [name, value.as(name)]
  })
  // Object.fromEntries forgets the keys' types; each was made from its own field above.
  return Object.fromEntries(entries) as Wire<F>
}

/** The list of a hand-written select, for statements that the query builder cannot say. */
export const listFields = (fields: Record<string, SQL.Aliased>) =>
  sql.join(
    Object.values(fields).map((field) => sql`${field.sql} as ${sql.identifier(field.fieldAlias)}`),
    sql`, `,
  )

/** A select of ordered rows made with `wire`, one more than the page has room for. */
type PageRows<F> = { _: { selectedFields: F } } & { getSQL(): SQL }
type Ordered = { created_at: unknown; uuid: unknown }
type Expiring = Ordered & { expires_at: unknown }

/** What `selectPage` answers, in a statement of whatever kind. */
export interface PageRow<T> {
  items: JsonText<T[]>
  next_at: string | null
  next_uuid: string | null
}

/** Whether a page is sent as its rows were selected, or the last of them first. */
export type SentOrder = 'selected' | 'reversed'

/**
 * Has Postgres serialise a page of `limit` rows out of `limit + 1`, to be read from in a statement.
 * The rows must carry `created_at` and `uuid`: the next page begins after the last of them.
 */
export const selectPage = <F extends Ordered>(
  rows: PageRows<F>,
  limit: Later<number>,
  order: SentOrder = 'selected',
) => selectNumbered(rows, limit, order, sql``, sql``)

/** The same, with `live_ms`: how long all that is sent lives. */
export const selectPerishablePage = <F extends Expiring>(rows: PageRows<F>, limit: Later<number>) =>
  selectNumbered(
    rows,
    limit,
    'selected',
    sql`, row.expires_at as ends`,
    // Instants of this form are in the order of their texts.
    sql`, extract(epoch from min(ends) filter (where n <= ${limit})::timestamptz - now())::float8 * 1000
      as live_ms`,
  )

const selectNumbered = <F extends Ordered>(
  rows: PageRows<F>,
  limit: Later<number>,
  order: SentOrder,
  field: SQL,
  sum: SQL,
) =>
  sql`(select '[' || coalesce(string_agg(item, ','${order === 'reversed' ? sql` order by n desc` : sql``})
        filter (where n <= ${limit}), '') || ']' as items,
      max(at) filter (where n = ${limit} and more) as next_at,
      max(uuid) filter (where n = ${limit} and more) as next_uuid${sum}
    from (select row_to_json(row)::text as item, row_number() over () as n,
        row.created_at as at, row.uuid::text as uuid, count(*) over () > ${limit} as more${field}
      from (${rows.getSQL()}) as row) as numbered)`

/** Where the next page begins, if there is one. */
export const nextOf = ({ next_at: at, next_uuid: uuid }: PageRow<unknown>): Position | undefined =>
  at !== null && uuid !== null ? { at, uuid } : undefined

/** Runs a page that is all there is to the answer. */
export async function readPage<F extends Ordered>(
  db: Db,
  rows: PageRows<F>,
  limit: number,
): Promise<Page<WireRow<F>>> {
  const [page] = await db.execute<PageRow<WireRow<F>> & Record<string, unknown>>(
    sql`select items, next_at, next_uuid from ${selectPage(rows, limit)} as page`,
  )
  return page ? { items: page.items, next: nextOf(page) } : { items: '[]', next: undefined }
}
