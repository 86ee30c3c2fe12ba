import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/** Who has left, for as long as a token of theirs may live: they get no new row from it. */
export const departures = pgTable(
  'departures',
  {
    cognitoUserId: text('cognito_user_id').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: 'departures_pkey', columns: [t.cognitoUserId] }),
    index('departures_created_at_idx').on(t.createdAt),
  ],
)
