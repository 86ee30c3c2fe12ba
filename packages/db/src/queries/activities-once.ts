import { and, eq, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import { type JsonText, listFields } from '../json-text.ts'
import type { Later } from '../prepare.ts'
import { activities, recentPosts, users } from '../schema/index.ts'
import { type Activity, activityFields, isLive } from './activities-fields.ts'

/** What makes a post the same as another: its author, its text and what it answers. */
export interface Post {
  sub: string
  message: string
  replyTo?: string | undefined
}

/**
 * The CTE `post(uuid)` of a post that may come twice: empty for a repetition, whose first
 * `findRepeated` reads. It reads `viewer(uuid)` and `parent(uuid)`.
 */
export const claimPost = (message: Placeholder): SQL =>
  sql`post as (
    insert into ${recentPosts} (activity_uuid, user_uuid, digest, repeat_until)
    select gen_random_uuid(), viewer.uuid, ${digestOf(sql`parent.uuid`, message)},
      now() + interval '10 seconds'
    from viewer, parent
    on conflict on constraint recent_posts_repeat_excl do nothing
    returning activity_uuid as uuid)`

const digestOf = (parent: SQL, message: Later<string>) =>
  sql`encode(sha256(convert_to(coalesce(${parent}::text, '') || ' ' || ${message}, 'UTF8')), 'hex')`

const digestOfPost = ({ replyTo, message }: Post) =>
  digestOf(sql`${replyTo ?? null}::uuid`, message)

/** The newest live crud or reply that a post repeats. */
export async function findRepeated(db: Db, post: Post): Promise<JsonText<Activity> | undefined> {
  const [row] = await db.execute<{ activity: JsonText<Activity> }>(
    sql`select row_to_json(row)::text as activity
      from (select ${listFields(activityFields)} from ${recentPosts}
        join ${activities} on ${activities.uuid} = ${recentPosts.activityUuid}
        join ${users} on ${users.uuid} = ${recentPosts.userUuid}
        where ${and(
          eq(users.cognitoUserId, post.sub),
          eq(recentPosts.digest, digestOfPost(post)),
          isLive(),
        )}
        order by ${recentPosts.createdAt} desc limit 1) as row`,
  )
  return row?.activity
}

/** Lets a text be posted anew whose first post has expired within its ten seconds. */
export async function deleteExpiredClaim(db: Db, post: Post) {
  await db.execute(sql`delete from ${recentPosts} using ${activities}, ${users}
    where ${and(
      eq(activities.uuid, recentPosts.activityUuid),
      eq(users.uuid, recentPosts.userUuid),
      eq(users.cognitoUserId, post.sub),
      eq(recentPosts.digest, digestOfPost(post)),
      sql`not ${isLive()}`,
    )}`)
}
