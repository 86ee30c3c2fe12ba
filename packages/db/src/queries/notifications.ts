import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import {
  isoText,
  listFields,
  nextOf,
  type Page,
  type PageRequest,
  type PageRow,
} from '../json-text.ts'
import { activities, notifications, users } from '../schema/index.ts'
import { type Activity, activityFields, isLive } from './activities-fields.ts'

/** The live cruds and replies that concern a person, whom they were told of last first. */
export async function listNotifications(
  db: Db,
  { sub, limit, after }: PageRequest & { sub: string },
): Promise<Page<Activity>> {
  const viewerUuid = sql`(select uuid from ${users} where ${eq(users.cognitoUserId, sub)})`
  const isAfter =
    after &&
    sql`(${notifications.createdAt}, ${notifications.activityUuid})
      < (${after.at}::timestamptz, ${after.uuid}::uuid)`
  const told = sql`
    select
      (select row_to_json(row)::text from (select ${listFields(activityFields)}) as row) as item,
      ${isoText(notifications.createdAt)} as at,
      ${notifications.activityUuid}::text as uuid
    from ${notifications}
    join ${activities} on ${activities.uuid} = ${notifications.activityUuid}
    join ${users} on ${users.uuid} = ${activities.userUuid}
    where ${and(sql`${notifications.userUuid} = ${viewerUuid}`, isLive(), isAfter)}
    order by ${notifications.createdAt} desc, ${notifications.activityUuid} desc
    limit ${limit + 1}`
  const [row] = await db.execute<PageRow<Activity> & Record<string, unknown>>(
    sql`select
        '[' || coalesce(string_agg(item, ',') filter (where n <= ${limit}), '') || ']' as items,
        max(at) filter (where n = ${limit} and more) as next_at,
        max(uuid) filter (where n = ${limit} and more) as next_uuid
      from (select told.*, row_number() over () as n, count(*) over () > ${limit} as more
        from (${told}) as told) as numbered`,
  )
  return row ? { items: row.items, next: nextOf(row) } : { items: '[]', next: undefined }
}
