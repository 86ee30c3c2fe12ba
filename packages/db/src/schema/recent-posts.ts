import { foreignKey, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { activities } from './activities.ts'
import { instant } from './columns.ts'
import { users } from './users.ts'

/**
 * Posts of the last seconds, so that posting twice is posting once: the migration adds
 * `recent_posts_repeat_excl`, by which the times of a person’s posts of one digest never overlap.
 */
export const recentPosts = pgTable(
  'recent_posts',
  {
    activityUuid: uuid('activity_uuid').notNull(),
    userUuid: uuid('user_uuid').notNull(),
    /** Of the parent and the text. */
    digest: text().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    /** Until then the same again is a repetition. */
    repeatUntil: instant('repeat_until').notNull(),
  },
  (t) => [
    primaryKey({ name: 'recent_posts_pkey', columns: [t.activityUuid] }),
    foreignKey({
      name: 'recent_posts_activity_fk',
      columns: [t.activityUuid],
      foreignColumns: [activities.uuid],
    }).onDelete('cascade'),
    foreignKey({
      name: 'recent_posts_user_fk',
      columns: [t.userUuid],
      foreignColumns: [users.uuid],
    }).onDelete('cascade'),
    index('recent_posts_repeat_until_idx').on(t.repeatUntil),
    index('recent_posts_user_idx').on(t.userUuid),
  ],
)
