import { index, pgTable, text } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/**
 * The words of posts, to find those that begin like a term or resemble it. A trigger keeps them: a
 * word is written anew when its last row is 30 days old, and a row goes when it is 60.
 */
export const searchWords = pgTable(
  'search_words',
  {
    word: text().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    index('search_words_word_idx').on(t.word.op('text_pattern_ops'), t.createdAt),
    index('search_words_similar_idx')
      .using('gin', t.word.op('gin_trgm_ops'))
      .with({ fastupdate: false }),
    index('search_words_created_at_idx').on(t.createdAt),
  ],
)
