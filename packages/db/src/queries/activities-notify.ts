import { eq, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { activities, notifications, users } from '../schema/index.ts'

/** The handles that one `@…` of a text may mean, the likeliest first. */
export type Mention = readonly string[]

/** Those handles as `findConcerned` takes them. */
export const candidatesOf = (mentions: readonly Mention[]) =>
  JSON.stringify(
    mentions.flatMap((handles, mention) =>
      handles.map((handle, rank) => ({ mention, rank, handle })),
    ),
  )

/**
 * The CTEs that end in `concerned(uuid)`: the author of what a post answers and whom it mentions.
 * The lock lets a person leave before or after the post, never between it and its notification.
 */
export const findConcerned = (replyTo: Placeholder | undefined): SQL => {
  const author =
    replyTo === undefined
      ? sql``
      : sql`union select user_uuid from ${activities} where ${eq(activities.uuid, replyTo)}`
  // Each person by an index, whatever the planner makes of the list’s length.
  return sql`mentioned as (
      select distinct on (mention) person.uuid
      from json_to_recordset(${sql.placeholder('candidates')})
        as candidate(mention int, rank int, handle text)
      cross join lateral (
        select uuid from ${users} where lower(handle) = lower(candidate.handle) limit 1) as person
      order by mention, rank),
    concerned as (
      select person.uuid
      from (select uuid from mentioned ${author}) as told
      cross join lateral (
        select uuid from ${users} where ${users.uuid} = told.uuid for key share) as person)`
}

/** The CTE that tells them, but never the post’s own author. It reads `written`, `concerned`. */
export const notify = sql`notified as (
  insert into ${notifications} (user_uuid, activity_uuid)
  select concerned.uuid, written.uuid from written, concerned
  where concerned.uuid <> written.user_uuid)`
