import { sql } from 'drizzle-orm'
import {
  check,
  index,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

export const users = pgTable(
  'users',
  {
    uuid: uuid().notNull().defaultRandom(),
    displayName: text('display_name').notNull(),
    handle: text().notNull(),
    email: text(),
    cognitoUserId: text('cognito_user_id'),
    bio: text(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: 'users_pkey', columns: [t.uuid] }),
    uniqueIndex('users_handle_key').on(sql`lower(${t.handle})`),
    unique('users_cognito_user_id_key').on(t.cognitoUserId),
    index('users_email_idx').on(t.email),
    check('users_handle_check', sql`${t.handle} ~ '^[A-Za-z0-9_.-]{1,30}$'`),
    check('users_display_name_check', sql`char_length(${t.displayName}) between 1 and 100`),
    check('users_email_check', sql`${t.email} = lower(${t.email})`),
    check('users_bio_check', sql`char_length(${t.bio}) <= 1000`),
  ],
)
