import { z } from '@hono/zod-openapi'
import { pageQuery } from '../../http/page.ts'
import { readSearchCursor } from '../../http/search-cursor.ts'

const maxLength = 280

/** What no text can hold is not there, and a term is no longer than a crud. */
const cleanTerm = (term: string) =>
  Array.from(term.replace(/[\0\p{Cs}]/gu, ''))
    .slice(0, maxLength)
    .join('')
    .trim()

export const searchQuery = pageQuery(50).extend({
  cursor: z
    .string({ error: 'cursor_invalid' })
    .transform((text, context) => {
      const position = readSearchCursor(text)
      if (position) return position
      context.addIssue({ code: 'custom', message: 'cursor_invalid' })
      return z.NEVER
    })
    .optional()
    .openapi({ type: 'string', description: 'From the Link header of the page before' }),
  term: z
    .string({ error: 'search_term_blank' })
    .transform(cleanTerm)
    .pipe(z.string().min(1, 'search_term_blank'))
    .openapi({
      type: 'string',
      description: `Words, and @handles of whose cruds are wanted. What follows ${maxLength} characters is not read`,
      example: 'postgres @bayko',
    }),
})
