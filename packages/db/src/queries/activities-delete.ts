import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import type { JsonText } from '../json-text.ts'
import { activities, users } from '../schema/index.ts'
import { isLive } from './activities-fields.ts'

/**
 * The CTEs `doomed(uuid, user_uuid)`, the roots with all that answers them, and `locked`: those,
 * what they answer and whatever else is given, from the oldest to the newest.
 */
export const lockDoomed = (roots: SQL, others: SQL = sql``): SQL => sql`
  doomed as (
    ${roots}
    union
    select reply.uuid, reply.user_uuid, reply.reply_to_activity_uuid
    from ${activities} as reply join doomed on reply.reply_to_activity_uuid = doomed.uuid),
  locked as (
    select uuid from ${activities}
    where uuid = any(array(
      select uuid from doomed union select reply_to_activity_uuid from doomed ${others}))
    order by created_at, uuid for update)`

/**
 * Deletes a person's live crud or reply with all that answers it; undefined when they have none of
 * that uuid. What goes and what it answers is locked from the oldest to the newest, so that nobody
 * who deletes above or below it, or leaves, can deadlock with it.
 */
export async function deleteActivity(
  db: Db,
  { sub, uuid }: { sub: string; uuid: string },
): Promise<JsonText<{ uuid: string }> | undefined> {
  const [row] = await db.execute<{ deleted: JsonText<{ uuid: string }> }>(
    sql`with recursive
      target as (
        select ${activities.uuid}, user_uuid, reply_to_activity_uuid from ${activities}
        join ${users} on ${users.uuid} = ${activities.userUuid}
        where ${and(eq(activities.uuid, uuid), eq(users.cognitoUserId, sub), isLive())}),
      ${lockDoomed(sql`select * from target`)},
      deleted as (
        delete from ${activities} using target
        where ${activities.uuid} = target.uuid and (select count(*) from locked) >= 0
        returning ${activities.uuid}, target.reply_to_activity_uuid as parent_uuid),
      counted as (
        update ${activities} set replies_count = ${activities.repliesCount} - 1 from deleted
        where ${activities.uuid} = deleted.parent_uuid)
      select json_build_object('uuid', uuid)::text as deleted from deleted`,
  )
  return row?.deleted
}
