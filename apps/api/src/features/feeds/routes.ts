import { findProfile, listHome } from '@cruddur/db'
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Deps } from '../../deps.ts'
import { createRouter } from '../../http/context.ts'
import { writeCursor } from '../../http/cursor.ts'
import { errorResponses, pageCodes } from '../../http/error-responses.ts'
import { ApiError } from '../../http/errors.ts'
import { tagOf } from '../../http/etag.ts'
import { handleParam, handleSegment } from '../../http/handle.ts'
import { andThen } from '../../http/maybe-promise.ts'
import { linkCursor, pageQuery, sendJson, sendPageOf } from '../../http/page.ts'
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

/** The first page, kept for a moment: the same for everybody. */
function sendNewest(c: Context, limit: number) {
  const { db, homePages }: Deps = c.get('deps')
  const page = homePages.get(String(limit), async () => {
    const { next, ...read } = await listHome(db, { limit })
    return { ...read, cursor: next && writeCursor(next), tag: await tagOf(read.body) }
  })
  return andThen(page, ({ body, cursor, tag }) => {
    linkCursor(c, cursor)
    return sendJson(c, body, 'private', tag)
  })
}

export const feedRoutes = createRouter()
  .openapi(home, (c) => {
    const { limit, cursor: after } = c.req.valid('query')
    if (!after) return sendNewest(c, limit)
    const page = listHome(c.get('deps').db, { limit, after })
    return page.then((read) => sendPageOf(c, read, 'private'))
  })
  .openapi(profile, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const { handle } = c.req.valid('param')
    const feed = await findProfile(c.get('deps').db, { handle, limit, after: cursor })
    if (!feed) throw new ApiError('user_not_found')
    return sendPageOf(c, feed)
  })
