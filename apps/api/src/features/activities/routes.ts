import { deleteActivity, findShortProfile, findThread, insertCrud, insertReply } from '@cruddur/db'
import { createRoute } from '@hono/zod-openapi'
import type { Deps } from '../../deps.ts'
import { createRouter } from '../../http/context.ts'
import { bodyCodes, errorResponses, pageCodes } from '../../http/error-responses.ts'
import { ApiError } from '../../http/errors.ts'
import { handleParam, handleSegment } from '../../http/handle.ts'
import { onceForKey, readRepeatable, repeatableParameters } from '../../http/idempotency.ts'
import { pageQuery, sendJson, sendPageOf } from '../../http/page.ts'
import { activitySchema, pageHeaders } from '../../http/shapes.ts'
import { asPerson, requireUser } from '../../http/viewer.ts'
import { findMentions } from './find-mentions.ts'
import { activityParam, crudBody, goneSchema, replyBody, threadSchema } from './schemas.ts'

const json = <T>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
})

// A digit or a dash tells an activity from its neighbours: home, notifications, search.
const activityPath = '/api/activities/:uuid{[^@/]*[0-9-][^@/]*}'
const once =
  'The same text within ten seconds, or the same Idempotency-Key within a day, ' +
  'is answered as before.'

const post = createRoute({
  method: 'post',
  path: '/api/activities',
  operationId: 'postCrud',
  tags: ['Activities'],
  summary: 'Post a crud',
  description: `Everybody it mentions as @handle is notified. ${once}`,
  middleware: [requireUser] as const,
  parameters: repeatableParameters,
  request: {
    body: { required: true, ...json('A text and how long it lives', crudBody) },
  },
  responses: {
    200: json('The crud', activitySchema),
    ...errorResponses(
      ...bodyCodes,
      'generic_401',
      'activity_not_found',
      'message_blank',
      'message_exceed_max_chars',
      'message_invalid',
      'ttl_blank',
      'idempotency_key_reused',
    ),
  },
})

const reply = createRoute({
  method: 'post',
  path: '/api/activities/{uuid}/reply',
  operationId: 'postReply',
  tags: ['Activities'],
  summary: 'Reply to a crud or to a reply',
  description: `It lives as long as what it answers, whose author is notified. ${once}`,
  middleware: [requireUser] as const,
  parameters: repeatableParameters,
  request: {
    params: activityParam,
    body: { required: true, ...json('A text', replyBody) },
  },
  responses: {
    200: json('The reply', activitySchema),
    ...errorResponses(
      ...bodyCodes,
      'generic_401',
      'activity_not_found',
      'message_blank',
      'message_exceed_max_chars_1024',
      'message_invalid',
      'idempotency_key_reused',
    ),
  },
})

const showOf = createRoute({
  method: 'get',
  path: `/api/activities/${handleSegment}/status/:uuid`,
  operationId: 'getPersonsActivity',
  tags: ['Activities'],
  summary: 'A person’s crud with its replies, newest first',
  request: {
    params: handleParam.extend(activityParam.shape),
    query: pageQuery(50),
  },
  responses: {
    200: { ...json('The crud or reply, and what answers it', threadSchema), headers: pageHeaders },
    ...errorResponses('user_not_found', 'activity_not_found', ...pageCodes),
  },
})

const show = createRoute({
  method: 'get',
  path: activityPath,
  operationId: 'getActivity',
  tags: ['Activities'],
  summary: 'A crud with its replies, newest first',
  request: { params: activityParam, query: pageQuery(50) },
  responses: {
    200: { ...json('The crud or reply, and what answers it', threadSchema), headers: pageHeaders },
    ...errorResponses('activity_not_found', ...pageCodes),
  },
})

const remove = createRoute({
  method: 'delete',
  path: activityPath,
  operationId: 'deleteActivity',
  tags: ['Activities'],
  summary: 'Delete one’s own crud or reply with all that answers it',
  middleware: [requireUser] as const,
  request: { params: activityParam },
  responses: {
    200: json('What is gone', goneSchema),
    ...errorResponses('generic_401', 'activity_not_found', 'body_too_large'),
  },
})

async function getThread({ db }: Pick<Deps, 'db'>, wanted: Parameters<typeof findThread>[1]) {
  const thread = await findThread(db, wanted)
  if (thread) return thread
  const { handle } = wanted
  const isNobody = handle !== undefined && (await findShortProfile(db, handle)) === undefined
  throw new ApiError(isNobody ? 'user_not_found' : 'activity_not_found')
}

export const activityRoutes = createRouter()
  .openapi(post, async (c) => {
    const [deps, viewer] = [c.get('deps'), c.get('viewer')]
    const { message, ttl: ttlHours } = c.req.valid('json')
    const request = await readRepeatable(c)
    const crud = { sub: viewer.sub, message, ttlHours, mentions: findMentions(message), request }
    const posted = await asPerson(deps, viewer, () =>
      onceForKey(deps.db, crud, () => insertCrud(deps.db, crud)),
    )
    if (posted === undefined) throw new ApiError('generic_401')
    return sendJson(c, posted)
  })
  .openapi(reply, async (c) => {
    const [deps, viewer] = [c.get('deps'), c.get('viewer')]
    const { message } = c.req.valid('json')
    const { uuid: replyTo } = c.req.valid('param')
    const request = await readRepeatable(c)
    const answer = { sub: viewer.sub, message, replyTo, mentions: findMentions(message), request }
    const posted = await asPerson(deps, viewer, () =>
      onceForKey(deps.db, answer, () => insertReply(deps.db, answer)),
    )
    if (posted === undefined) throw new ApiError('activity_not_found')
    return sendJson(c, posted)
  })
  .openapi(showOf, async (c) => {
    const { limit, cursor: after } = c.req.valid('query')
    const deps = c.get('deps')
    return sendPageOf(c, await getThread(deps, { ...c.req.valid('param'), limit, after }))
  })
  .openapi(show, async (c) => {
    const { limit, cursor: after } = c.req.valid('query')
    const deps = c.get('deps')
    return sendPageOf(c, await getThread(deps, { ...c.req.valid('param'), limit, after }))
  })
  .openapi(remove, async (c) => {
    const { uuid } = c.req.valid('param')
    const deleted = await deleteActivity(c.get('deps').db, { sub: c.get('viewer').sub, uuid })
    if (deleted === undefined) throw new ApiError('activity_not_found')
    return sendJson(c, deleted)
  })
