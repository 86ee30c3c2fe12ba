import { and, desc, eq, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Db } from '../client.ts'
import { type PageRequest, type Position, readPage, type WireRow, wire } from '../json-text.ts'
import { messageGroups, messages, users } from '../schema/index.ts'
import { hasMember } from './messages.ts'

const viewer = alias(users, 'viewer')
const last = alias(messages, 'last')

/** A group as one of its two sees it: the other person's name of today, and the last message. */
const groupFields = wire({
  uuid: messageGroups.uuid,
  display_name: users.displayName,
  handle: users.handle,
  message: last.message,
  created_at: last.createdAt,
})

export type MessageGroup = WireRow<typeof groupFields>

/**
 * A person's groups, the latest message first. Nothing is kept in that order, since what is said
 * last would be kept twice: each group's newest is looked up by index, and one person's are sorted.
 */
export const listMessageGroups = (db: Db, { sub, limit, after }: PageRequest & { sub: string }) =>
  readPage(
    db,
    db
      .select(groupFields)
      .from(viewer)
      .innerJoin(messageGroups, hasMember(sql`${viewer.uuid}`))
      .innerJoin(users, eq(users.uuid, other))
      .innerJoinLateral(newestMessage, sql`true`)
      .where(and(eq(viewer.cognitoUserId, sub), isAfter(after)))
      .orderBy(desc(last.createdAt), desc(messageGroups.uuid))
      .limit(limit + 1),
    limit,
  )

const other = sql`case ${messageGroups.firstUserUuid} when ${viewer.uuid}
  then ${messageGroups.secondUserUuid} else ${messageGroups.firstUserUuid} end`

const newestMessage = sql`(
  select ${messages.message}, ${messages.createdAt} from ${messages}
  where ${eq(messages.messageGroupUuid, messageGroups.uuid)}
  order by ${messages.createdAt} desc, ${messages.uuid} desc limit 1) as ${last}`

const isAfter = (position: Position | undefined) =>
  position &&
  sql`(${last.createdAt}, ${messageGroups.uuid})
    < (${position.at}::timestamptz, ${position.uuid}::uuid)`
