import { and, eq, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import { type JsonText, listFields } from '../json-text.ts'
import { prepare } from '../prepare.ts'
import { activities, users } from '../schema/index.ts'
import { DatabaseUnavailableError } from '../unavailable.ts'
import { type Activity, activityFields, isLive } from './activities-fields.ts'
import { candidatesOf, findConcerned, type Mention, notify } from './activities-notify.ts'
import { claimPost, deleteExpiredClaim, findRepeated, type Post } from './activities-once.ts'
import { type RepeatableRequest, rememberAnswer } from './idempotency.ts'

export { type Activity, activityFields, isAfter, isLive } from './activities-fields.ts'

const { placeholder } = sql

interface NewPost {
  /** The author's `sub`, as their token says it. */
  sub: string
  message: string
  mentions?: readonly Mention[]
  /** With a key of its own the post is as often said as its key; without one, as its text. */
  request?: RepeatableRequest | undefined
}

interface NewCrud extends NewPost {
  ttlHours: number
}

/** The crud as it is sent, or undefined when nobody has that `sub`. */
export const insertCrud = (db: Db, { ttlHours, ...post }: NewCrud) =>
  insertOnce(db, post, writeCrud, { ttlHours })

interface NewReply extends NewPost {
  replyTo: string
}

/**
 * The reply as it is sent, or undefined when nobody has that `sub` or there is no such live crud.
 * It lives as long as what it answers, whose counter goes up in the same statement. People are
 * locked before what is answered, as by whoever leaves.
 */
export const insertReply = (db: Db, reply: NewReply) =>
  insertOnce(db, reply, writeReply, { replyTo: reply.replyTo })

// Each means that the first one was deleted between its being met and its being read.
const mostTries = 50

/** The same post within ten seconds is the first one again. */
async function insertOnce(
  db: Db,
  post: NewPost & Post,
  write: Record<'keyed' | 'unkeyed', ReturnType<typeof prepare>>,
  more: Record<string, unknown>,
): Promise<JsonText<Activity> | undefined> {
  const { sub, message, mentions = [], request } = post
  const values = { sub, message, candidates: candidatesOf(mentions), ...request, ...more }
  for (let tries = 1; tries <= mostTries; tries++) {
    const [row] = await write[request ? 'keyed' : 'unkeyed'].rows<Written>(db, values)
    if (!row) return undefined
    const activity = row.activity ?? (await findRepeated(db, post))
    if (activity) return activity
    await deleteExpiredClaim(db, post)
  }
  throw new DatabaseUnavailableError('A post kept repeating one that was just deleted')
}

interface Written {
  /** Null for a repetition. */
  activity: JsonText<Activity> | null
}

const message = placeholder('message')
const laterRequest = { key: placeholder('key'), digest: placeholder('digest') }

/** One row for an author and a parent that exist. */
function insertPost(parent: SQL, replyTo: Placeholder | undefined, isKeyed: boolean): SQL {
  const keyedPost = sql`post as (select gen_random_uuid() as uuid from viewer, parent)`
  return sql`with
    viewer as (
      select uuid, handle, display_name from ${users}
      where ${eq(users.cognitoUserId, placeholder('sub'))} for key share),
    ${findConcerned(replyTo)},
    parent as (${parent}),
    ${isKeyed ? keyedPost : claimPost(message)},
    written as (
      insert into ${activities} (uuid, user_uuid, message, reply_to_activity_uuid, expires_at)
      select post.uuid, viewer.uuid, ${message}, parent.uuid, parent.expires_at
      from viewer, parent, post
      returning *),
    counted as (
      update ${activities} set replies_count = ${activities.repliesCount} + 1 from written
      where ${activities.uuid} = written.reply_to_activity_uuid),
    ${notify},
    answer as (
      select row_to_json(row)::text as text, row.uuid as activity_uuid
      from (select ${listFields(activityFields)}
        from written as activities cross join viewer as users) as row)
    ${rememberAnswer(isKeyed ? laterRequest : undefined)}
    select (select text from answer) as activity from viewer, parent`
}

/** Said twice, one is refused by its key, or meets its own claim as a repetition would. */
const insertions = (parent: SQL, replyTo?: Placeholder) => ({
  keyed: prepare(() => insertPost(parent, replyTo, true), 'repeatable'),
  unkeyed: prepare(() => insertPost(parent, replyTo, false), 'repeatable'),
})

const writeCrud = insertions(
  sql`select null::uuid as uuid,
    now() + make_interval(hours => ${placeholder('ttlHours')}) as expires_at`,
)

const replyTo = placeholder('replyTo')
const writeReply = insertions(
  sql`select uuid, expires_at from ${activities}
    where ${and(eq(activities.uuid, replyTo), isLive())}
      and exists (select from viewer) and (select count(*) from concerned) >= 0
    for no key update`,
  replyTo,
)
