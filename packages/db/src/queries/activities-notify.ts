import { type SQL, sql } from 'drizzle-orm'
import { notifications, users } from '../schema/index.ts'

/** The handles that one `@…` of a text may mean, the likeliest first. */
export type Mention = readonly string[]

/**
 * The CTEs that tell those whom a post concerns: the author of what it answers and whom it
 * mentions, never its own author. They read `written` and `parent(user_uuid)`.
 */
export const notify = (mentions: readonly Mention[]): SQL => {
  const candidates = mentions.flatMap((handles, mention) =>
    handles.map((handle, rank) => ({ mention, rank, handle })),
  )
  // Each person by an index, whatever the planner makes of the list’s length. The lock lets a
  // person
  // leave before or after the post, never between it and its notification.
  return sql`mentioned as (
      select distinct on (mention) person.uuid
      from json_to_recordset(${JSON.stringify(candidates)})
        as candidate(mention int, rank int, handle text)
      cross join lateral (
        select uuid from ${users} where lower(handle) = lower(candidate.handle) limit 1) as person
      order by mention, rank),
    concerned as (
      select person.uuid
      from (select user_uuid as uuid from parent union select uuid from mentioned) as told
      cross join lateral (
        select uuid from ${users} where ${users.uuid} = told.uuid for key share) as person),
    notified as (
      insert into ${notifications} (user_uuid, activity_uuid)
      select concerned.uuid, written.uuid from written, concerned
      where concerned.uuid <> written.user_uuid)`
}
