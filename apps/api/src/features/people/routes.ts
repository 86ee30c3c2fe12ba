import { deletePerson, findOwnProfile, findShortProfile } from '@cruddur/db'
import { createRoute } from '@hono/zod-openapi'
import { createRouter } from '../../http/context.ts'
import { errorResponses } from '../../http/error-responses.ts'
import { ApiError } from '../../http/errors.ts'
import { handleParam, handleSegment } from '../../http/handle.ts'
import { sendJson } from '../../http/page.ts'
import { tagHeaders } from '../../http/shapes.ts'
import { asPerson, requireUser } from '../../http/viewer.ts'
import { goneSchema, profileSchema, shortProfileSchema } from './schemas.ts'

const me = createRoute({
  method: 'get',
  path: '/api/users/me',
  operationId: 'getMe',
  tags: ['People'],
  summary: 'The viewer’s own profile',
  description: 'A signed-in person without a profile gets one.',
  middleware: [requireUser] as const,
  responses: {
    200: {
      description: 'The profile; made if it was missing',
      headers: tagHeaders,
      content: { 'application/json': { schema: profileSchema } },
    },
    ...errorResponses('generic_401'),
  },
})

const short = createRoute({
  method: 'get',
  path: `/api/users/${handleSegment}/short`,
  operationId: 'getPerson',
  tags: ['People'],
  summary: 'Who has a handle',
  description: 'What a new message needs to know of its receiver.',
  request: { params: handleParam },
  responses: {
    200: {
      description: 'Their uuid and names',
      headers: tagHeaders,
      content: { 'application/json': { schema: shortProfileSchema } },
    },
    ...errorResponses('user_not_found'),
  },
})

const leave = createRoute({
  method: 'delete',
  path: '/api/users/me',
  operationId: 'leave',
  tags: ['People'],
  summary: 'Leave: the viewer is gone with all that is theirs',
  description:
    'Cruds, replies and all that answers them, conversations and notifications, for good. From ' +
    'then on the token is refused. The account in the user pool is the client’s to delete.',
  middleware: [requireUser] as const,
  responses: {
    200: {
      description: 'Who is gone',
      content: { 'application/json': { schema: goneSchema } },
    },
    ...errorResponses('generic_401', 'body_too_large'),
  },
})

export const peopleRoutes = createRouter()
  .openapi(me, async (c) => {
    const [deps, viewer] = [c.get('deps'), c.get('viewer')]
    const profile = await asPerson(deps, viewer, () => findOwnProfile(deps.db, viewer.sub))
    if (profile === undefined) throw new ApiError('generic_401')
    return sendJson(c, profile)
  })
  .openapi(short, async (c) => {
    const profile = await findShortProfile(c.get('deps').db, c.req.valid('param').handle)
    if (profile === undefined) throw new ApiError('user_not_found')
    return sendJson(c, profile)
  })
  .openapi(leave, async (c) => {
    const { db, ensurePerson, log } = c.get('deps')
    const { sub } = c.get('viewer')
    const gone = await deletePerson(db, { sub })
    ensurePerson.forget(sub)
    if (!gone) throw new ApiError('generic_401')
    const { uuid } = gone
    log.info('person_left', { uuid })
    return c.json({ uuid }, 200)
  })
