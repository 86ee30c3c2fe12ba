import { eq, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import { type JsonText, listFields, type WireRow, wire } from '../json-text.ts'
import { runRepeatable } from '../prepare.ts'
import { users } from '../schema/index.ts'
import { type RepeatableRequest, rememberAnswer } from './idempotency.ts'

const editedFields = wire({
  uuid: users.uuid,
  handle: users.handle,
  display_name: users.displayName,
  // An edit writes a text, be it an empty one.
  bio: sql<string>`${users.bio}`,
})

type EditedProfile = WireRow<typeof editedFields>

interface ProfileEdit {
  sub: string
  displayName: string
  bio: string
  request?: RepeatableRequest | undefined
}

/** The profile as it is from now on; undefined when nobody has that `sub`. */
export async function updateProfile(
  db: Db,
  { sub, displayName, bio, request }: ProfileEdit,
): Promise<JsonText<EditedProfile> | undefined> {
  const [row] = await runRepeatable<{ profile: JsonText<EditedProfile> }>(
    db,
    sql`with
      viewer as (
        update ${users} set display_name = ${displayName}, bio = ${bio}
        where ${eq(users.cognitoUserId, sub)} returning *),
      answer as (
        select row_to_json(row)::text as text, null::uuid as activity_uuid
        from (select ${listFields(editedFields)} from viewer as users) as row)
      ${rememberAnswer(request)}
      select text as profile from answer`,
  )
  return row?.profile
}
