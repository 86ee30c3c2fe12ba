import { and, desc, eq, isNull, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { QueryBuilder } from 'drizzle-orm/pg-core'
import type { Db } from '../client.ts'
import {
  type JsonBytes,
  listFields,
  type PageRequest,
  type Position,
  selectPage,
  selectPerishablePage,
} from '../json-text.ts'
import { type Bytes, prepare } from '../prepare.ts'
import { activities, users } from '../schema/index.ts'
import { type Activity, activityFields, isAfter, isLive } from './activities.ts'
import { type Profile, profileFields } from './profiles.ts'

/** A whole answer that has a page in it, as Postgres wrote it. */
export interface PageOf<T> {
  body: JsonBytes<T>
  next: Position | undefined
}

export interface HomePage extends PageOf<Activity[]> {
  /** How long all that is in it lives, by the database’s clock; undefined where nothing expires. */
  liveMs: number | undefined
}

/** The home feed: everybody's live cruds, newest first, replies left out. */
export async function listHome(db: Db, request: PageRequest): Promise<HomePage> {
  const [row] = await selectHome(db, request)
  const page = row && pageOf<Activity[]>(row)
  const liveMs = row?.[3] ? Number(ascii(row[3])) : undefined
  return { ...(page ?? { body: nothing, next: undefined }), liveMs }
}

/** A person with their live cruds, newest first; undefined when nobody has the handle. */
export async function findProfile(
  db: Db,
  request: PageRequest & { handle: string },
): Promise<PageOf<{ profile: Profile; activities: Activity[] }> | undefined> {
  const [row] = await selectProfile(db, request)
  return row && pageOf(row)
}

interface ThreadRequest extends PageRequest {
  uuid: string
  /** The author's, where the caller says whose it is. */
  handle?: string
}

/** A live crud or reply with what answers it, newest first; undefined when there is none. */
export async function findThread(
  db: Db,
  request: ThreadRequest,
): Promise<PageOf<{ activity: Activity; replies: Activity[] }> | undefined> {
  const select = request.handle === undefined ? selectThread : selectThreadOf
  const [row] = await select(db, request)
  return row && pageOf(row)
}

const nothing = new TextEncoder().encode('[]')
const decoder = new TextDecoder()
const ascii = (bytes: Bytes) => decoder.decode(bytes)

/** Of a row that begins with the answer and where the next page does. */
function pageOf<T>([body, at, uuid]: (Bytes | null)[]): PageOf<T> {
  const next = at && uuid ? { at: ascii(at), uuid: ascii(uuid) } : undefined
  return { body: body ?? nothing, next }
}

const { placeholder } = sql
const limit = placeholder('limit')
type After = { at: Placeholder; uuid: Placeholder } | undefined

/** The statements for a first page and for a later one. */
function preparePages<R extends PageRequest>(build: (after: After) => SQL) {
  const first = prepare(() => build(undefined))
  const later = prepare(() => build({ at: placeholder('at'), uuid: placeholder('afterUuid') }))
  return (db: Db, request: R) => {
    const { after, limit } = request
    if (!after) return first.bytes(db, { ...request, rows: limit + 1 })
    return later.bytes(db, { ...request, rows: limit + 1, at: after.at, afterUuid: after.uuid })
  }
}

const selectNewest = (which: SQL | undefined, after: After) =>
  new QueryBuilder()
    .select(activityFields)
    .from(activities)
    .innerJoin(users, eq(users.uuid, activities.userUuid))
    .where(and(which, isLive(), isAfter(after)))
    .orderBy(desc(activities.createdAt), desc(activities.uuid))

type Newest = ReturnType<typeof selectNewest>

/** One row more than the page has room for, so that it knows whether there is another. */
const limited = (newest: Newest) => withRows(newest, newest.getSQL())

/**
 * The same of a list as long as the table. The limit within is for Postgres: of one that it is told
 * with each run it expects a tenth of the table, and plans anew each time.
 */
const limitedTwice = (newest: Newest) =>
  withRows(newest, sql`select * from (${newest.getSQL()} limit 101) as newest`)

const withRows = ({ _ }: Newest, rows: SQL) => ({
  _,
  getSQL: () => sql`${rows} limit ${placeholder('rows')}`,
})

const isCrud = isNull(activities.replyToActivityUuid)
const hasHandle = sql`lower(${users.handle}) = lower(${placeholder('handle')})`

const selectHome = preparePages(
  (after) =>
    sql`select items, next_at, next_uuid, live_ms
      from ${selectPerishablePage(limitedTwice(selectNewest(isCrud, after)), limit)} as page`,
)

const selectProfile = preparePages<PageRequest & { handle: string }>((after) => {
  const own = and(sql`${activities.userUuid} = person.uuid`, isCrud)
  return sql`select
      '{"profile":' || row_to_json(person)::text || ',"activities":' || items || '}' as body,
      next_at, next_uuid
    from (select ${listFields(profileFields)} from ${users} where ${hasHandle}) as person
    cross join lateral ${selectPage(limited(selectNewest(own, after)), limit)} as page`
})

const selectThreads = (isOf?: SQL) =>
  preparePages<ThreadRequest>((after) => {
    const answers = sql`${activities.replyToActivityUuid} = activity.uuid`
    return sql`select
        '{"activity":' || row_to_json(activity)::text || ',"replies":' || items || '}' as body,
        next_at, next_uuid
      from (select ${listFields(activityFields)}
        from ${activities} join ${users} on ${users.uuid} = ${activities.userUuid}
        where ${and(eq(activities.uuid, placeholder('uuid')), isLive(), isOf)}) as activity
      cross join lateral ${selectPage(limited(selectNewest(answers, after)), limit)} as page`
  })
const selectThread = selectThreads()
const selectThreadOf = selectThreads(hasHandle)
