import { sql } from 'drizzle-orm'
import { check, foreignKey, index, pgTable, primaryKey, unique, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'
import { users } from './users.ts'

/** Two people who write to each other; their uuids in order, so that a pair has one group. */
export const messageGroups = pgTable(
  'message_groups',
  {
    uuid: uuid().notNull().defaultRandom(),
    firstUserUuid: uuid('first_user_uuid').notNull(),
    secondUserUuid: uuid('second_user_uuid').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: 'message_groups_pkey', columns: [t.uuid] }),
    unique('message_groups_pair_key').on(t.firstUserUuid, t.secondUserUuid),
    index('message_groups_second_user_idx').on(t.secondUserUuid),
    foreignKey({
      name: 'message_groups_first_user_fk',
      columns: [t.firstUserUuid],
      foreignColumns: [users.uuid],
    }).onDelete('cascade'),
    foreignKey({
      name: 'message_groups_second_user_fk',
      columns: [t.secondUserUuid],
      foreignColumns: [users.uuid],
    }).onDelete('cascade'),
    check('message_groups_pair_check', sql`${t.firstUserUuid} < ${t.secondUserUuid}`),
  ],
)
