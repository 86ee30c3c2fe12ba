import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import { isoText, type JsonText, listFields } from '../json-text.ts'
import { activities, users } from '../schema/index.ts'
import { type Activity, activityFields } from './activities-fields.ts'
import { type Asked, readTerm, selectQueries } from './search-terms.ts'
import { maxRanked, selectPace, selectWalk } from './search-walk.ts'

/** A place among the matches of a term, and all that says which they are while others post. */
export interface SearchPosition {
  /** When the first page was read: what came later is no match. */
  asOf: string
  /** The oldest match that is ranked; null where all are. */
  floor: string | null
  /** Whether words that are only similar count. */
  isWide: boolean
  score: number
  at: string
  uuid: string
}

export interface SearchRequest {
  term: string
  limit: number
  after?: SearchPosition | undefined
}

export interface SearchPage {
  items: JsonText<Activity[]>
  next: SearchPosition | undefined
}

/** Fewer matches than these, and similar words are looked for, too. */
const few = 10

/** A match of two days ago is half as fresh as one of now. */
const halfLifeSeconds = 2 * 86_400

/** The newest live cruds and replies that match, the best first. */
export async function searchActivities(
  db: Db,
  { term, limit, after }: SearchRequest,
): Promise<SearchPage> {
  const asked = readTerm(term)
  const [page] = await db.execute<{ items: JsonText<Activity[]>; next: string | null }>(
    sql`select items, next from (
      with recursive
      asked as materialized (
        select least(${after?.asOf ?? null}::timestamptz, now()::timestamptz(3)) as as_of,
          coalesce(${after?.floor ?? null}::timestamptz, '-infinity') as floor,
          ${after?.isWide ?? null}::boolean as is_wide),
      ${selectQueries(asked)},
      pace as materialized (${selectPace}),
      ${selectWalks(asked, after)},
      ranked as (
        select is_far, unnest(uuids) as uuid, unnest(scores) as score, unnest(times) as at
        from (select false as is_far, near_walk.* from near_walk
          union all select true, far_walk.* from far_walk) as walk),
      lowest as materialized (
        select case when count(*) = ${maxRanked} then min(at) end as at
        from ranked, wide where ranked.is_far = wide.is_wide),
      page as (
        select *, row_number() over (order by score desc, at desc, uuid desc) as n from ranked
        ${isBelow(after)} order by score desc, at desc, uuid desc limit ${limit + 1})
      select '[' || coalesce(string_agg(item, ',' order by n) filter (where n <= ${limit}), '') || ']' as items,
        max(position) filter (where n = ${limit} and more) as next
      from (
        select page.n, count(*) over () > ${limit} as more,
          (select row_to_json(row)::text from (select ${listFields(activityFields)}) as row) as item,
          ${selectPosition(after)} as position
        from page
        join ${activities} on ${activities.uuid} = page.uuid
        join ${users} on ${users.uuid} = ${activities.userUuid}
        cross join asked cross join wide cross join lowest) as rows) as answer`,
  )
  if (!page) return { items: '[]', next: undefined }
  const next: SearchPosition | null = JSON.parse(page.next ?? 'null')
  return { items: page.items, next: next ?? undefined }
}

/** Matches of the words and of longer ones; where those are few, of similar ones, too. */
function selectWalks({ handles, text }: Asked, after: SearchPosition | undefined): SQL {
  const byAuthor =
    handles.length > 0 ? sql` and ${activities.userUuid} in (select uuid from people)` : sql``
  // Who posted while the first page was read may come in later, and drives nobody out.
  const limit = sql.raw(String(after ? 2 * maxRanked : maxRanked))
  const merit = sql`500 * (position(lower(${text}::text) in lower(${activities.message})) > 0)::int
    + 500 * power(0.5, extract(epoch from asked.as_of - ${activities.createdAt})::float8 / ${halfLifeSeconds})`
  const near = selectWalk({
    name: 'near_walk',
    query: sql`select query from near`,
    score: sql`(case when ${activities.search} @@ (select query from exact)
      then 4000 else 2000 end + ${merit})::int`,
    floor: sql`case when asked.is_wide then '-infinity' else asked.floor end`,
    where: sql`true${byAuthor}`,
    limit,
  })
  const far = selectWalk({
    name: 'far_walk',
    query: sql`select query from far`,
    score: sql`(${merit})::int`,
    when: sql`(select is_wide from wide) and exists (select from alike)`,
    floor: sql`asked.floor`,
    where: sql`not ${activities.search} @@ (select query from near)${byAuthor}`,
    limit,
  })
  return sql`${near},
    wide as materialized (
      select coalesce(is_wide, (select max(found) from near_walk) < ${few}) as is_wide from asked),
    ${far}`
}

const isBelow = (after: SearchPosition | undefined) =>
  after
    ? sql`where (score, at, uuid) < (${after.score}::int, ${after.at}::timestamptz, ${after.uuid}::uuid)`
    : sql``

/** What a cursor after this row carries, as JSON. */
const selectPosition = (after: SearchPosition | undefined) => sql`json_build_object(
  'asOf', ${isoText(sql`asked.as_of`)},
  'floor', ${after ? sql`${after.floor}::text` : isoText(sql`lowest.at`)},
  'isWide', wide.is_wide, 'score', page.score, 'at', ${isoText(sql`page.at`)}, 'uuid', page.uuid)::text`
