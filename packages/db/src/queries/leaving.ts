import { eq, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import { refusedBy } from '../constraints.ts'
import {
  activities,
  departures,
  messageGroups,
  messages,
  notifications,
  users,
} from '../schema/index.ts'
import { DatabaseUnavailableError } from '../unavailable.ts'
import { lockDoomed } from './activities-delete.ts'

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

const mostAttempts = 10

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
      // A post of the leaver that the statement waited for is not in its snapshot.
      if (refusedBy(error) !== 'activities_user_fk') throw error
      if (attempt === mostAttempts) {
        throw new DatabaseUnavailableError('The person kept posting while they left')
      }
    }
  }
}

/**
 * Everybody locks in one order: people, then activities from the oldest to the newest, then groups.
 * Locked are also the cruds that named the leaver: their notifications go with either.
 */
const deleteWhere = (isLeaver: SQL) =>
  sql`with recursive
    leaver as (select uuid, cognito_user_id from ${users} where ${isLeaver} for update),
    ${lockDoomed(
      sql`select activities.uuid, user_uuid, reply_to_activity_uuid
        from ${activities} join leaver on leaver.uuid = user_uuid`,
      sql`union select activity_uuid from ${notifications}
        join leaver on leaver.uuid = user_uuid`,
    )},
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
    parted as (
      select message_groups.uuid from ${messageGroups}
      join leaver on leaver.uuid in (first_user_uuid, second_user_uuid)
      where (select count(*) from counted) >= 0
      order by 1 for update of message_groups),
    gone as (
      delete from ${users} using leaver
      where users.uuid = leaver.uuid and (select count(*) from parted) >= 0
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
