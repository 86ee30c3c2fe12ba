import { gt, isNull, or, sql } from 'drizzle-orm'
import { type Position, type WireRow, wire } from '../json-text.ts'
import type { Later } from '../prepare.ts'
import { activities, users } from '../schema/index.ts'

/** What the wire calls an Activity: a crud or a reply with its author's name of today. */
export const activityFields = wire({
  uuid: activities.uuid,
  handle: users.handle,
  display_name: users.displayName,
  message: activities.message,
  created_at: activities.createdAt,
  expires_at: activities.expiresAt,
  replies_count: activities.repliesCount,
  reposts_count: activities.repostsCount,
  likes_count: activities.likesCount,
  reply_to_activity_uuid: activities.replyToActivityUuid,
})

export type Activity = WireRow<typeof activityFields>

/** Not expired, by the database's clock and to the very instant. */
export const isLive = () => or(isNull(activities.expiresAt), gt(activities.expiresAt, sql`now()`))

/** Further down a list that is newest first. */
export const isAfter = (position: { [K in keyof Position]: Later<string> } | undefined) =>
  position &&
  sql`(${activities.createdAt}, ${activities.uuid})
    < (${position.at}::timestamptz, ${position.uuid}::uuid)`
