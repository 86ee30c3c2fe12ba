import { and, eq, ne, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import { type JsonText, listFields } from '../json-text.ts'
import { runRepeatable } from '../prepare.ts'
import { messageGroups, messages, users } from '../schema/index.ts'
import { type RepeatableRequest, rememberAnswer } from './idempotency.ts'
import { hasMember, type Message, messageFields } from './messages.ts'

/** To a group that the sender is in, or to a person, with whom a group is made if there is none. */
export type MessageTarget = { messageGroupUuid: string } | { handle: string }

interface NewMessage {
  /** The sender's, as their token says it. */
  sub: string
  message: string
  to: MessageTarget
  request?: RepeatableRequest | undefined
}

export type SentMessage = Message & { message_group_uuid: string }

/** The message as it is sent, or undefined when its sender may not write there. */
export async function insertMessage(
  db: Db,
  { sub, message, to, request }: NewMessage,
): Promise<JsonText<SentMessage> | undefined> {
  // The locks let a person leave before or after the message, never between it and its group.
  const write = sql`with
      viewer as (
        select uuid, handle, display_name from ${users}
        where ${eq(users.cognitoUserId, sub)} for key share),
      ${'handle' in to ? groupWith(to.handle) : groupOf(to.messageGroupUuid)},
      written as (
        insert into ${messages} (message_group_uuid, user_uuid, message)
        select own.uuid, viewer.uuid, ${message} from own, viewer
        returning *),
      answer as (
        select row_to_json(row)::text as text, null::uuid as activity_uuid
        from (select messages.message_group_uuid, ${listFields(messageFields)}
          from written as messages cross join viewer as users) as row)
      ${rememberAnswer(request)}
      select text from answer`
  type Written = { text: JsonText<SentMessage> }
  const [row] = request ? await runRepeatable<Written>(db, write) : await db.execute<Written>(write)
  return row?.text
}

/** Whether a message of the sender’s can go to whoever has the handle: not to oneself. */
export async function isReceiver(
  db: Db,
  { sub, handle }: { sub: string; handle: string },
): Promise<boolean> {
  const [row] = await db
    .select({ uuid: users.uuid })
    .from(users)
    .where(
      sql`lower(${users.handle}) = lower(${handle}) and ${users.cognitoUserId} is distinct from ${sub}`,
    )
  return row !== undefined
}

/** The CTE `own(uuid)`: the group, if it is the viewer's. */
const groupOf = (uuid: string): SQL =>
  sql`own as (
    select ${messageGroups.uuid} from ${messageGroups}
    join viewer on ${hasMember(sql`viewer.uuid`)}
    where ${eq(messageGroups.uuid, uuid)} for key share of ${messageGroups})`

/**
 * The CTEs that end in `own(uuid)`: the viewer's group with another person, found or made. Who
 * loses the race to make it gets the winner's by an update that changes nothing; it names no
 * column of a key, or it would wait for every message on its way into the group.
 */
const groupWith = (handle: string): SQL =>
  sql`receiver as (
      select ${users.uuid} from ${users} join viewer on ${ne(users.uuid, sql`viewer.uuid`)}
      where lower(${users.handle}) = lower(${handle}) for key share of ${users}),
    pair as (
      select
        least(viewer.uuid, receiver.uuid) as first, greatest(viewer.uuid, receiver.uuid) as second
      from viewer, receiver),
    met as (
      select ${messageGroups.uuid} from ${messageGroups}
      join pair on ${and(
        eq(messageGroups.firstUserUuid, sql`pair.first`),
        eq(messageGroups.secondUserUuid, sql`pair.second`),
      )} for key share of ${messageGroups}),
    opened as (
      insert into ${messageGroups} (first_user_uuid, second_user_uuid)
      select first, second from pair where not exists (select from met)
      on conflict on constraint message_groups_pair_key
        do update set created_at = ${messageGroups.createdAt}
      returning uuid),
    own as (select uuid from met union all select uuid from opened)`
