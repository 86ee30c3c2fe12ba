import { findProfile, listHome } from '@cruddur/db'
import { createRoute, z } from '@hono/zod-openapi'
import { createRouter } from '../../http/context.ts'
import { errorResponses, pageCodes } from '../../http/error-responses.ts'
import { ApiError } from '../../http/errors.ts'
import { tagOf } from '../../http/etag.ts'
import { handleParam, handleSegment } from '../../http/handle.ts'
import { pageQuery, sendPageOf } from '../../http/page.ts'
import { pageHeaders } from '../../http/shapes.ts'
import { optionalUser } from '../../http/viewer.ts'
import { activitySchema, profileFeedSchema } from './schemas.ts'

const home = createRoute({
  method: 'get',
  path: '/api/activities/home',
  operationId: 'listHome',
  tags: ['Feeds'],
  summary: 'The home feed: live cruds, newest first',
  description: 'Anybody may read it; a token that is missing, malformed or expired is no error.',
  security: [{}, { accessToken: [] }],
  middleware: [optionalUser] as const,
  request: { query: pageQuery(50) },
  responses: {
    200: {
      description: 'Cruds; replies are left out',
      headers: pageHeaders,
      content: { 'application/json': { schema: z.array(activitySchema) } },
    },
    ...errorResponses(...pageCodes),
  },
})

const profile = createRoute({
  method: 'get',
  path: `/api/activities/${handleSegment}`,
  operationId: 'getProfile',
  tags: ['Feeds'],
  summary: 'A person’s profile with their live cruds, newest first',
  description: 'Replies are neither listed nor counted.',
  request: { params: handleParam, query: pageQuery(40) },
  responses: {
    200: {
      description: 'The person and a page of their cruds',
      headers: pageHeaders,
      content: { 'application/json': { schema: profileFeedSchema } },
    },
    ...errorResponses('user_not_found', ...pageCodes),
  },
})

export const feedRoutes = createRouter()
  .openapi(home, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const { db, homePages } = c.get('deps')
    if (cursor) return sendPageOf(c, await listHome(db, { limit, after: cursor }), 'private')
    const page = await homePages.get(String(limit), async () => {
      const read = await listHome(db, { limit })
      return { ...read, tag: await tagOf(read.body) }
    })
    return sendPageOf(c, page, 'private')
  })
  .openapi(profile, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const { handle } = c.req.valid('param')
    const feed = await findProfile(c.get('deps').db, { handle, limit, after: cursor })
    if (!feed) throw new ApiError('user_not_found')
    return sendPageOf(c, feed)
  })
