import { eq, type SQL, sql } from 'drizzle-orm'
import { causeWith } from '../cause.ts'
import type { Db } from '../client.ts'
import { refusedBy } from '../constraints.ts'
import { activities, departures, messageGroups, messages, users } from '../schema/index.ts'

interface Standing {
  hasRow: boolean
  /** They left within the last day, so that a token of theirs may still live. */
  hasLeft: boolean
}

/** Whether anybody signs in with this `sub`, or did so until they left. */
export async function findStanding(db: Db, sub: string): Promise<Standing> {
  const [row] = await db.execute<Standing & Record<string, unknown>>(
    sql`select
      exists (select from ${users} where ${eq(users.cognitoUserId, sub)}) as "hasRow",
      exists (select from ${departures} where ${eq(departures.cognitoUserId, sub)}
        and ${departures.createdAt} > now() - interval '1 day') as "hasLeft"`,
  )
  return { hasRow: row?.hasRow === true, hasLeft: row?.hasLeft === true }
}

/** What went with a person, in rows. */
export interface Departure {
  uuid: string
  cruds: number
  replies: number
  /** Other people’s replies beneath the person’s cruds and replies. */
  answers: number
  messageGroups: number
  messages: number
}

const mostAttempts = 5

/** Deletes a person with all that is theirs; undefined when there is none. */
export async function deletePerson(
  db: Db,
  who: { sub: string } | { handle: string },
): Promise<Departure | undefined> {
  const isLeaver =
    'sub' in who
      ? eq(users.cognitoUserId, who.sub)
      : sql`lower(${users.handle}) = lower(${who.handle})`
  for (let attempt = 1; ; attempt++) {
    try {
      const [row] = await db.execute<Departure & Record<string, unknown>>(deleteWhere(isLeaver))
      return row
    } catch (error) {
      if (attempt === mostAttempts || !wasOvertaken(error)) throw error
    }
  }
}

/**
 * By a post of the leaver: later than the snapshot, it would go uncounted; earlier, it may
 * deadlock.
 */
const wasOvertaken = (error: unknown) =>
  refusedBy(error) === 'activities_user_fk' || causeWith(error, 'code') === '40P01'

/**
 * Locks what goes and what it answers from the oldest to the newest, as whoever replies or deletes
 * does, and the person last: a reply to their crud holds the crud before it looks at them.
 */
const deleteWhere = (isLeaver: SQL) =>
  sql`with recursive
    leaver as (select uuid, cognito_user_id from ${users} where ${isLeaver}),
    doomed as (
      select activities.uuid, user_uuid, reply_to_activity_uuid
      from ${activities} join leaver on leaver.uuid = user_uuid
      union
      select reply.uuid, reply.user_uuid, reply.reply_to_activity_uuid
      from ${activities} as reply join doomed on reply.reply_to_activity_uuid = doomed.uuid),
    locked as (
      select uuid from ${activities}
      where uuid = any(array(
        select uuid from doomed union select reply_to_activity_uuid from doomed))
      order by created_at, uuid for update),
    own as (
      delete from ${activities} using leaver
      where user_uuid = leaver.uuid and (select count(*) from locked) >= 0
      returning reply_to_activity_uuid),
    counted as (
      update ${activities} set replies_count = replies_count - lost.replies
      from (
        select reply_to_activity_uuid as uuid, count(*)::int as replies from own group by 1
      ) as lost, leaver
      where activities.uuid = lost.uuid and user_uuid <> leaver.uuid
      returning activities.uuid),
    gone as (
      delete from ${users} using leaver
      where users.uuid = leaver.uuid and (select count(*) from counted) >= 0
      returning users.uuid, users.cognito_user_id),
    remembered as (
      insert into ${departures} (cognito_user_id)
      select cognito_user_id from gone where cognito_user_id is not null
      on conflict on constraint departures_pkey do update set created_at = excluded.created_at)
    select gone.uuid,
      (select count(*)::int from own where reply_to_activity_uuid is null) as cruds,
      (select count(*)::int from own where reply_to_activity_uuid is not null) as replies,
      (select count(*)::int from doomed where user_uuid <> gone.uuid) as answers,
      (select count(*)::int from ${messageGroups}
        where gone.uuid in (first_user_uuid, second_user_uuid)) as "messageGroups",
      (select count(*)::int from ${messages} join ${messageGroups}
        on message_groups.uuid = message_group_uuid
        where gone.uuid in (first_user_uuid, second_user_uuid)) as messages
    from gone`
