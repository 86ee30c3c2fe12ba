import { and, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import {
  type JsonText,
  listFields,
  nextOf,
  type PageRequest,
  type PageRow,
  type Position,
  readPage,
  selectPage,
} from '../json-text.ts'
import { activities, users } from '../schema/index.ts'
import { type Activity, activityFields, isAfter, isLive } from './activities.ts'
import { type Profile, profileFields } from './profiles.ts'

/** A page that stands beside the one thing that it belongs to. */
export interface PageOf<T> {
  text: JsonText<T>
  next: Position | undefined
}

/** The home feed: everybody's live cruds, newest first, replies left out. */
export const listHome = (db: Db, { limit, after }: PageRequest) =>
  readPage(db, selectNewest(db, isNull(activities.replyToActivityUuid), { limit, after }), limit)

/** A person with their live cruds, newest first; undefined when nobody has the handle. */
export async function findProfile(
  db: Db,
  { handle, limit, after }: PageRequest & { handle: string },
): Promise<PageOf<{ profile: Profile; activities: Activity[] }> | undefined> {
  const own = and(sql`${activities.userUuid} = person.uuid`, isNull(activities.replyToActivityUuid))
  const [row] = await db.execute<PageRow<Activity> & { profile: string; [key: string]: unknown }>(
    sql`select row_to_json(person)::text as profile, page.*
      from (select ${listFields(profileFields)} from ${users}
        where lower(${users.handle}) = lower(${handle})) as person
      cross join lateral ${selectPage(selectNewest(db, own, { limit, after }), limit)} as page`,
  )
  if (!row) return undefined
  return { text: `{"profile":${row.profile},"activities":${row.items}}`, next: nextOf(row) }
}

interface ThreadRequest extends PageRequest {
  uuid: string
  /** The author's, where the caller says whose it is. */
  handle?: string
}

/** A live crud or reply with what answers it, newest first; undefined when there is none. */
export async function findThread(
  db: Db,
  { uuid, handle, limit, after }: ThreadRequest,
): Promise<PageOf<{ activity: Activity; replies: Activity[] }> | undefined> {
  const answers = sql`${activities.replyToActivityUuid} = activity.uuid`
  const [row] = await db.execute<PageRow<Activity> & { activity: string; [key: string]: unknown }>(
    sql`select row_to_json(activity)::text as activity, page.*
      from (select ${listFields(activityFields)}
        from ${activities} join ${users} on ${users.uuid} = ${activities.userUuid}
        where ${and(
          eq(activities.uuid, uuid),
          isLive(),
          handle === undefined ? undefined : sql`lower(${users.handle}) = lower(${handle})`,
        )}) as activity
      cross join lateral ${selectPage(selectNewest(db, answers, { limit, after }), limit)} as page`,
  )
  if (!row) return undefined
  return { text: `{"activity":${row.activity},"replies":${row.items}}`, next: nextOf(row) }
}

/** One row more than the page has room for, so that it knows whether there is another. */
const selectNewest = (db: Db, which: SQL | undefined, { limit, after }: PageRequest) =>
  db
    .select(activityFields)
    .from(activities)
    .innerJoin(users, eq(users.uuid, activities.userUuid))
    .where(and(which, isLive(), isAfter(after)))
    .orderBy(desc(activities.createdAt), desc(activities.uuid))
    .limit(limit + 1)
