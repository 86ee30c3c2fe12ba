import { createRoute, z } from '@hono/zod-openapi'
import { expect, it } from 'vitest'
import { createRouter } from '../src/http/context.ts'
import { errorResponses } from '../src/http/error-responses.ts'
import { tagHeaders } from '../src/http/shapes.ts'
import { checkResponses } from './openapi-check.ts'

const route = createRoute({
  method: 'get',
  path: '/api/things/{uuid}',
  responses: {
    200: {
      description: 'A thing',
      headers: tagHeaders,
      content: {
        'application/json': {
          schema: z.object({ uuid: z.uuid(), parts: z.array(z.object({ name: z.string() })) }),
        },
      },
    },
    ...errorResponses('activity_not_found', 'message_blank', 'ttl_blank'),
  },
})

/** An app that has the route and answers it with this. */
function callOn(response: Response, request = new Request('http://localhost/api/things/1')) {
  const app = createRouter()
  app.openAPIRegistry.registerPath(route)
  app.get('/api/things/:uuid', () => response)
  app.notFound(() => response)
  return checkResponses(app).request(request)
}

const said = { 'x-request-id': '1', 'content-type': 'application/json' }
const read = { ...said, etag: '"1"' }
const thing = { uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e003', parts: [{ name: 'a' }] }
const json = (body: unknown, status = 200, headers: Record<string, string> = read) =>
  new Response(JSON.stringify(body), { status, headers })
const later = { ...said, 'retry-after': '1' }

it.each([
  ['a thing', json(thing)],
  ['nothing new', new Response(null, { status: 304, headers: read })],
  ['two codes', json(['ttl_blank', 'message_blank'], 422, said)],
  ['a time to come back', json(['unavailable'], 503, later)],
])('lets %s pass, and leaves it to be read', async (_, response) => {
  const text = await response.clone().text()
  expect(await (await callOn(response)).text()).toBe(text)
})

it.each([
  ['another status', json(thing, 201), 'no such status'],
  ['a status that has no operation', json(['generic_401'], 401, said), 'no such status'],
  ['a field that is missing', json({ uuid: thing.uuid }), 'parts'],
  ['a field of another type', json({ ...thing, uuid: 'x' }), 'uuid'],
  ['a field that nobody named', json({ ...thing, email: 'di@example.com' }), 'email'],
  ['one that is further inside', json({ ...thing, parts: [{ name: 'a', secret: 1 }] }), 'secret'],
  ['a code of another status', json(['activity_not_found'], 422, said), 'enum'],
  ['a code that nobody named', json(['limit_invalid'], 422, said), 'enum'],
  ['no code', json([], 422, said), 'minItems'],
  ['a code twice', json(['ttl_blank', 'ttl_blank'], 422, said), 'uniqueItems'],
  ['an object as an error', json({ errors: ['ttl_blank'] }, 422, said), 'array'],
  ['a string as an error', json('ttl_blank', 422, said), 'array'],
  ['no JSON', new Response('<html>', { headers: read }), '"type"'],
  ['another content type', json(thing, 200, { ...read, 'content-type': 'text/html' }), 'is app'],
  ['no tag', json(thing, 200, said), 'ETag is missing'],
  ['a tag on an error', json(['ttl_blank'], 422, read), 'there is no ETag'],
  ['no time to come back', json(['unavailable'], 503, said), 'Retry-After is missing'],
  ['no request id', json(thing, 200, { ...read, 'x-request-id': '' }), 'X-Request-Id'],
])('refuses %s', async (_, response, why) => {
  if (response.headers.get('x-request-id') === '') response.headers.delete('x-request-id')
  await expect(callOn(response)).rejects.toThrow(why)
})

it('demands the form of every error where there is no operation', async () => {
  const nowhere = new Request('http://localhost/api/nowhere', { method: 'POST' })
  expect((await callOn(json(['not_found'], 404, said), nowhere)).status).toBe(404)
  await expect(callOn(json({}, 404, said), nowhere)).rejects.toThrow('const')
  await expect(callOn(json(['ttl_blank'], 404, said), nowhere)).rejects.toThrow('const')
  await expect(callOn(json([], 200, said), nowhere)).rejects.toThrow('no such status')
})

it('lets HEAD have no body', async () => {
  const head = new Request('http://localhost/api/things/1', { method: 'HEAD' })
  expect((await callOn(json(thing), head)).status).toBe(200)
  await expect(callOn(json(thing, 201), head)).rejects.toThrow('no such status')
})
