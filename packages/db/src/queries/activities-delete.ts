import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import type { JsonText } from '../json-text.ts'
import { activities, users } from '../schema/index.ts'
import { isLive } from './activities-fields.ts'

/**
 * Deletes a person's live crud or reply with all that answers it; undefined when they have none of
 * that uuid. What it answers is locked first, so that deleting both at once cannot deadlock.
 */
export async function deleteActivity(
  db: Db,
  { sub, uuid }: { sub: string; uuid: string },
): Promise<JsonText<{ uuid: string }> | undefined> {
  const [row] = await db.execute<{ deleted: JsonText<{ uuid: string }> }>(
    sql`with
      target as (
        select ${activities.uuid}, reply_to_activity_uuid from ${activities}
        join ${users} on ${users.uuid} = ${activities.userUuid}
        where ${and(eq(activities.uuid, uuid), eq(users.cognitoUserId, sub), isLive())}),
      parent as (
        select ${activities.uuid} from ${activities}
        where ${activities.uuid} = (select reply_to_activity_uuid from target)
        for no key update),
      deleted as (
        delete from ${activities}
        using target left join parent on parent.uuid = target.reply_to_activity_uuid
        where ${activities.uuid} = target.uuid
        returning ${activities.uuid}, parent.uuid as parent_uuid),
      counted as (
        update ${activities} set replies_count = ${activities.repliesCount} - 1 from deleted
        where ${activities.uuid} = deleted.parent_uuid)
      select json_build_object('uuid', uuid)::text as deleted from deleted`,
  )
  return row?.deleted
}
