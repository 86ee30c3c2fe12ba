import { sql } from 'drizzle-orm'
import {
  check,
  customType,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'
import { users } from './users.ts'

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

// The words beside its hour, its day and its author: signs that no word has in it tell them apart
// (docs/decisions/0015-search.md).
const searchLexemes = sql`array_to_tsvector(words_in(message) || array[
  '#h' || floor(extract(epoch from created_at at time zone 'UTC') / 3600),
  '#d' || floor(extract(epoch from created_at at time zone 'UTC') / 86400),
  '@' || left(user_uuid::text, 8)])`

export const activities = pgTable(
  'activities',
  {
    uuid: uuid().notNull().defaultRandom(),
    userUuid: uuid('user_uuid').notNull(),
    message: text().notNull(),
    repliesCount: integer('replies_count').notNull().default(0),
    repostsCount: integer('reposts_count').notNull().default(0),
    likesCount: integer('likes_count').notNull().default(0),
    replyToActivityUuid: uuid('reply_to_activity_uuid'),
    expiresAt: instant('expires_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
    search: tsvector().notNull().generatedAlwaysAs(searchLexemes),
  },
  (t) => [
    primaryKey({ name: 'activities_pkey', columns: [t.uuid] }),
    // No cascade: whoever deletes a person deletes what they wrote first, and counts it.
    foreignKey({
      name: 'activities_user_fk',
      columns: [t.userUuid],
      foreignColumns: [users.uuid],
    }),
    foreignKey({
      name: 'activities_reply_to_fk',
      columns: [t.replyToActivityUuid],
      foreignColumns: [t.uuid],
    }).onDelete('cascade'),
    index('activities_home_idx')
      .on(t.createdAt, t.uuid)
      .where(sql`${t.replyToActivityUuid} is null`),
    index('activities_user_idx').on(t.userUuid, t.createdAt, t.uuid),
    index('activities_reply_to_idx')
      .on(t.replyToActivityUuid, t.createdAt, t.uuid)
      .where(sql`${t.replyToActivityUuid} is not null`),
    index('activities_expires_at_idx').on(t.expiresAt),
    index('activities_search_idx').using('gin', t.search).with({ gin_pending_list_limit: 64 }),
    check('activities_message_check', sql`char_length(${t.message}) between 1 and 1024`),
    check(
      'activities_crud_message_check',
      sql`${t.replyToActivityUuid} is not null or char_length(${t.message}) <= 280`,
    ),
    check('activities_replies_count_check', sql`${t.repliesCount} >= 0`),
    check('activities_reposts_count_check', sql`${t.repostsCount} >= 0`),
    check('activities_likes_count_check', sql`${t.likesCount} >= 0`),
  ],
)
