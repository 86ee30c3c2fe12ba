import { and, desc, eq, or, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import {
  nextOf,
  type Page,
  type PageRequest,
  type PageRow,
  type Position,
  selectPage,
  type WireRow,
  wire,
} from '../json-text.ts'
import { messageGroups, messages, users } from '../schema/index.ts'

/** A message with its sender's name of today. */
export const messageFields = wire({
  uuid: messages.uuid,
  display_name: users.displayName,
  handle: users.handle,
  message: messages.message,
  created_at: messages.createdAt,
})

export type Message = WireRow<typeof messageFields>

/** The one rule of who reads and writes a group. */
export const hasMember = (user: SQL) =>
  or(eq(messageGroups.firstUserUuid, user), eq(messageGroups.secondUserUuid, user))

interface ConversationRequest extends PageRequest {
  /** The reader's, as their token says it. */
  sub: string
  messageGroupUuid: string
}

/**
 * The newest messages of a group, or those before a position, oldest first; undefined when the
 * reader is in no such group.
 */
export async function listMessages(
  db: Db,
  { sub, messageGroupUuid, limit, after }: ConversationRequest,
): Promise<Page<Message> | undefined> {
  const newest = db
    .select(messageFields)
    .from(messages)
    .innerJoin(users, eq(users.uuid, messages.userUuid))
    .where(and(sql`${messages.messageGroupUuid} = own.uuid`, isBefore(after)))
    .orderBy(desc(messages.createdAt), desc(messages.uuid))
    .limit(limit + 1)
  const [row] = await db.execute<PageRow<Message> & Record<string, unknown>>(
    sql`select page.*
      from (select ${messageGroups.uuid} from ${messageGroups}
        join ${users} on ${hasMember(sql`${users.uuid}`)}
        where ${and(eq(users.cognitoUserId, sub), eq(messageGroups.uuid, messageGroupUuid))}) as own
      cross join lateral ${selectPage(newest, limit, 'reversed')} as page`,
  )
  return row && { items: row.items, next: nextOf(row) }
}

const isBefore = (position: Position | undefined) =>
  position &&
  sql`(${messages.createdAt}, ${messages.uuid})
    < (${position.at}::timestamptz, ${position.uuid}::uuid)`
