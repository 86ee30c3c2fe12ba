import { type SQL, sql } from 'drizzle-orm'
import { heldUntil } from '../adopt/hold-expired.ts'
import type { Db } from '../client.ts'
import {
  activities,
  departures,
  idempotencyKeys,
  rateLimits,
  recentPosts,
} from '../schema/index.ts'
import { isLive } from './activities-fields.ts'

/** How many rows of each kind one statement deletes at most: no longer than some 50 ms. */
export const batchSize = 1000

export interface SweptBatch {
  activities: number
  keys: number
  posts: number
  departures: number
  mayHaveMore: boolean
}

/**
 * Deletes a batch of what is over: expired cruds and replies, answers and departures kept a day,
 * posts that may be repeated by now and, uncounted, token buckets that are full again. Any number
 * may sweep at once: each skips what another has locked.
 */
export async function sweepBatch(db: Db): Promise<SweptBatch> {
  const posts = await count(db, deletePosts)
  const keys = await count(db, deleteKeys)
  const left = await count(db, deleteDepartures)
  const full = await count(db, deleteRateLimits)
  const deleted = await count(db, deleteActivities)
  // Deleted replies let what they answered go with the next batch.
  const mayHaveMore = deleted > 0 || [posts, keys, left, full].includes(batchSize)
  return { activities: deleted, keys, posts, departures: left, mayHaveMore }
}

// A statement each, so that none holds a lock while it waits for one of another kind.
async function count(db: Db, statement: SQL): Promise<number> {
  const [row] = await db.execute<{ count: number }>(statement)
  return row?.count ?? 0
}

const deletePosts = sql`with
  batch as (
    select activity_uuid from ${recentPosts} where repeat_until <= now()
    order by repeat_until limit ${batchSize} for update skip locked),
  deleted as (
    delete from ${recentPosts} using batch
    where ${recentPosts.activityUuid} = batch.activity_uuid returning 1)
  select count(*)::int as count from deleted`

const deleteKeys = sql`with
  batch as (
    select user_uuid, key from ${idempotencyKeys} where created_at <= now() - interval '24 hours'
    order by created_at limit ${batchSize} for update skip locked),
  deleted as (
    delete from ${idempotencyKeys} using batch
    where ${idempotencyKeys.userUuid} = batch.user_uuid and ${idempotencyKeys.key} = batch.key
    returning 1)
  select count(*)::int as count from deleted`

const deleteDepartures = sql`with
  batch as (
    select cognito_user_id from ${departures} where created_at <= now() - interval '1 day'
    order by created_at limit ${batchSize} for update skip locked),
  deleted as (
    delete from ${departures} using batch
    where ${departures.cognitoUserId} = batch.cognito_user_id returning 1)
  select count(*)::int as count from deleted`

const deleteRateLimits = sql`with
  batch as (
    select key from ${rateLimits} where full_at <= now() limit ${batchSize} for update skip locked),
  deleted as (
    delete from ${rateLimits} using batch where ${rateLimits.key} = batch.key returning 1)
  select count(*)::int as count from deleted`

// Replies before what they answer: so a batch is never larger than it says, whatever hangs on a
// crud, and no two sweepers want each other's rows. A parent that lives on keeps its counter right.
const deleteActivities = sql`with
  batch as (
    select uuid from ${activities}
    where expires_at <= now() and expires_at > ${heldUntil} and not exists (
      select from ${activities} as reply where reply.reply_to_activity_uuid = ${activities.uuid})
    order by expires_at limit ${batchSize} for update of activities skip locked),
  deleted as (
    delete from ${activities} using batch where ${activities.uuid} = batch.uuid
    returning ${activities.replyToActivityUuid} as parent_uuid),
  counted as (
    update ${activities} set replies_count = ${activities.repliesCount} - gone.count
    from (select parent_uuid, count(*) from deleted group by parent_uuid) as gone
    where ${activities.uuid} = gone.parent_uuid and ${isLive()})
  select count(*)::int as count from deleted`
