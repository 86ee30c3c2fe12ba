import { searchActivities } from '@cruddur/db'
import { createRoute, z } from '@hono/zod-openapi'
import { createRouter } from '../../http/context.ts'
import { errorResponses, pageCodes } from '../../http/error-responses.ts'
import { linkCursor, sendJson } from '../../http/page.ts'
import { writeSearchCursor } from '../../http/search-cursor.ts'
import { activitySchema, pageHeaders } from '../../http/shapes.ts'
import { searchQuery } from './schemas.ts'

const search = createRoute({
  method: 'get',
  path: '/api/activities/search',
  operationId: 'searchActivities',
  tags: ['Activities'],
  summary: 'Live cruds and replies that match a term, the best first',
  description: `Each has all the words, or longer ones; where that is true of few, also such as are
    spelt alike. An @handle stands for its person’s cruds. Of many matches the newest 1,000 are ranked,
    as they were when the first page was read.`.replace(/\s+/g, ' '),
  request: { query: searchQuery },
  responses: {
    200: {
      description: 'Cruds and replies',
      headers: pageHeaders,
      content: { 'application/json': { schema: z.array(activitySchema) } },
    },
    ...errorResponses('search_term_blank', ...pageCodes),
  },
})

export const searchRoutes = createRouter().openapi(search, async (c) => {
  const { term, limit, cursor } = c.req.valid('query')
  const page = await searchActivities(c.get('deps').searchDb, { term, limit, after: cursor })
  linkCursor(c, page.next && writeSearchCursor(page.next))
  return sendJson(c, page.items)
})
