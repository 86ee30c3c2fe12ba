import { foreignKey, index, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core'
import { activities } from './activities.ts'
import { instant } from './columns.ts'
import { users } from './users.ts'

/** Whom an activity concerns: the author of what it answers, and everybody it mentions. */
export const notifications = pgTable(
  'notifications',
  {
    userUuid: uuid('user_uuid').notNull(),
    activityUuid: uuid('activity_uuid').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: 'notifications_pkey', columns: [t.userUuid, t.activityUuid] }),
    foreignKey({
      name: 'notifications_user_fk',
      columns: [t.userUuid],
      foreignColumns: [users.uuid],
    }).onDelete('cascade'),
    foreignKey({
      name: 'notifications_activity_fk',
      columns: [t.activityUuid],
      foreignColumns: [activities.uuid],
    }).onDelete('cascade'),
    index('notifications_user_idx').on(t.userUuid, t.createdAt, t.activityUuid),
    index('notifications_activity_idx').on(t.activityUuid),
  ],
)
