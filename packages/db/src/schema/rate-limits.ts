import { pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'

/**
 * The token buckets that several processes share, each as the instant at which it is full again.
 * Its table is unlogged: after a crash everybody begins anew. No index but the key’s, so that an
 * update stays within its page.
 */
export const rateLimits = pgTable(
  'rate_limits',
  {
    key: text().notNull(),
    fullAt: timestamp('full_at', { withTimezone: true, mode: 'date' }).notNull(),
  },
  (t) => [primaryKey({ name: 'rate_limits_pkey', columns: [t.key] })],
)
