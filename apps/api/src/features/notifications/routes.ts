import { listNotifications } from '@cruddur/db'
import { createRoute, z } from '@hono/zod-openapi'
import { createRouter } from '../../http/context.ts'
import { errorResponses, pageCodes } from '../../http/error-responses.ts'
import { pageQuery, sendPage } from '../../http/page.ts'
import { activitySchema, pageHeaders } from '../../http/shapes.ts'
import { requireUser } from '../../http/viewer.ts'

const notifications = createRoute({
  method: 'get',
  path: '/api/activities/notifications',
  operationId: 'listNotifications',
  tags: ['Activities'],
  summary: 'What others did to the viewer, newest first',
  description: 'Replies to the viewer’s cruds, and cruds and replies that mention the viewer.',
  middleware: [requireUser] as const,
  request: { query: pageQuery(50) },
  responses: {
    200: {
      description: 'Cruds and replies',
      headers: pageHeaders,
      content: { 'application/json': { schema: z.array(activitySchema) } },
    },
    ...errorResponses('generic_401', ...pageCodes),
  },
})

export const notificationRoutes = createRouter().openapi(notifications, async (c) => {
  const { limit, cursor } = c.req.valid('query')
  const { sub } = c.get('viewer')
  return sendPage(c, await listNotifications(c.get('deps').db, { sub, limit, after: cursor }))
})
