import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import { type JsonText, listFields, type WireRow, wire } from '../json-text.ts'
import { activities, users } from '../schema/index.ts'
import { isLive } from './activities-fields.ts'

/** What the wire calls a profile; its counter counts live cruds, not replies. */
export const profileFields = wire({
  uuid: users.uuid,
  cognito_user_uuid: users.cognitoUserId,
  handle: users.handle,
  display_name: users.displayName,
  bio: users.bio,
  cruds_count: sql<number>`(select count(*) from ${activities} where ${and(
    eq(activities.userUuid, users.uuid),
    isNull(activities.replyToActivityUuid),
    isLive(),
  )})`,
})

export type Profile = WireRow<typeof profileFields>

/** The profile of whoever signs in with this `sub`; undefined when nobody does. */
export async function findOwnProfile(db: Db, sub: string): Promise<JsonText<Profile> | undefined> {
  const [row] = await db.execute<{ profile: JsonText<Profile> }>(
    sql`select row_to_json(profile)::text as profile
      from (select ${listFields(profileFields)} from ${users}
        where ${eq(users.cognitoUserId, sub)}) as profile`,
  )
  return row?.profile
}

const shortFields = wire({
  uuid: users.uuid,
  handle: users.handle,
  display_name: users.displayName,
})

type ShortProfile = WireRow<typeof shortFields>

/** Who has the handle, in whatever case; undefined when nobody does. */
export async function findShortProfile(
  db: Db,
  handle: string,
): Promise<JsonText<ShortProfile> | undefined> {
  const [row] = await db.execute<{ profile: JsonText<ShortProfile> }>(
    sql`select row_to_json(profile)::text as profile
      from (select ${listFields(shortFields)} from ${users}
        where lower(${users.handle}) = lower(${handle})) as profile`,
  )
  return row?.profile
}
