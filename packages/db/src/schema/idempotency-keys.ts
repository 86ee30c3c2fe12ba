import { sql } from 'drizzle-orm'
import { check, foreignKey, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'
import { users } from './users.ts'

/** What a person's POST with an Idempotency-Key was answered, for a day. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    userUuid: uuid('user_uuid').notNull(),
    key: text().notNull(),
    /** Of method, path and body: the same key may not be used for something else. */
    requestDigest: text('request_digest').notNull(),
    /** The JSON that was answered. */
    answer: text().notNull(),
    /** What the request wrote; a replay after it is gone is a 404. */
    activityUuid: uuid('activity_uuid'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: 'idempotency_keys_pkey', columns: [t.userUuid, t.key] }),
    foreignKey({
      name: 'idempotency_keys_user_fk',
      columns: [t.userUuid],
      foreignColumns: [users.uuid],
    }).onDelete('cascade'),
    index('idempotency_keys_created_at_idx').on(t.createdAt),
    check('idempotency_keys_key_check', sql`char_length(${t.key}) between 1 and 255`),
  ],
)
