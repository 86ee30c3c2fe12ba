import { updateProfile } from '@cruddur/db'
import { createRoute } from '@hono/zod-openapi'
import { createRouter } from '../../http/context.ts'
import { bodyCodes, errorResponses } from '../../http/error-responses.ts'
import { ApiError } from '../../http/errors.ts'
import { onceForKey, readRepeatable, repeatableParameters } from '../../http/idempotency.ts'
import { sendJson } from '../../http/page.ts'
import { asPerson, requireUser } from '../../http/viewer.ts'
import { editedProfileSchema, profileBody } from './schemas.ts'

const edit = {
  path: '/api/profile/update' as const,
  tags: ['People'],
  description: 'The new name stands on everything the person ever wrote, at once.',
  request: {
    body: { required: true, content: { 'application/json': { schema: profileBody } } },
  },
}

const edited = {
  200: {
    description: 'The profile as it is now',
    content: { 'application/json': { schema: editedProfileSchema } },
  },
}

const codes = [
  ...bodyCodes,
  'generic_401',
  'display_name_blank',
  'display_name_exceed_max_chars',
  'display_name_invalid',
  'bio_exceed_max_chars',
  'bio_invalid',
] as const

const put = createRoute({
  ...edit,
  method: 'put',
  middleware: [requireUser] as const,
  operationId: 'updateProfile',
  summary: 'Change the viewer’s display name and bio',
  responses: { ...edited, ...errorResponses(...codes) },
})

const post = createRoute({
  ...edit,
  method: 'post',
  middleware: [requireUser] as const,
  operationId: 'postProfile',
  summary: 'Change the viewer’s display name and bio, as Flask’s clients do',
  parameters: repeatableParameters,
  responses: { ...edited, ...errorResponses(...codes, 'idempotency_key_reused') },
})

export const profileEditRoutes = createRouter()
  .openapi(put, async (c) => {
    const [deps, viewer] = [c.get('deps'), c.get('viewer')]
    const { display_name: displayName, bio } = c.req.valid('json')
    const edited = { sub: viewer.sub, displayName, bio }
    const profile = await asPerson(deps, viewer, () => updateProfile(deps.db, edited))
    if (profile === undefined) throw new ApiError('generic_401')
    return sendJson(c, profile)
  })
  .openapi(post, async (c) => {
    const [deps, viewer] = [c.get('deps'), c.get('viewer')]
    const { display_name: displayName, bio } = c.req.valid('json')
    const edited = { sub: viewer.sub, displayName, bio, request: await readRepeatable(c) }
    const profile = await asPerson(deps, viewer, () =>
      onceForKey(deps.db, edited, () => updateProfile(deps.db, edited)),
    )
    if (profile === undefined) throw new ApiError('generic_401')
    return sendJson(c, profile)
  })
