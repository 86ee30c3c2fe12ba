import { sql } from 'drizzle-orm'
import { check, foreignKey, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'
import { messageGroups } from './message-groups.ts'
import { users } from './users.ts'

export const messages = pgTable(
  'messages',
  {
    uuid: uuid().notNull().defaultRandom(),
    messageGroupUuid: uuid('message_group_uuid').notNull(),
    userUuid: uuid('user_uuid').notNull(),
    message: text().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: 'messages_pkey', columns: [t.uuid] }),
    foreignKey({
      name: 'messages_group_fk',
      columns: [t.messageGroupUuid],
      foreignColumns: [messageGroups.uuid],
    }).onDelete('cascade'),
    foreignKey({
      name: 'messages_user_fk',
      columns: [t.userUuid],
      foreignColumns: [users.uuid],
    }).onDelete('cascade'),
    index('messages_group_idx').on(t.messageGroupUuid, t.createdAt, t.uuid),
    index('messages_user_idx').on(t.userUuid),
    check('messages_message_check', sql`char_length(${t.message}) between 1 and 1024`),
  ],
)
