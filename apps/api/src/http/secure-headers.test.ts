import { expect, it } from 'vitest'
import { openApi } from '../../test/harness.ts'
import type { Described } from '../../test/openapi-answers.ts'
import { operationsOf, requestOf } from '../../test/openapi-request.ts'
import { createDocs } from '../docs.ts'

const api = await openApi()
api.app.route('/', createDocs())
const document = (await (await api.get('/openapi.json')).json()) as Described

const elsewhere: [method: string, path: string][] = [
  ['GET', '/openapi.json'],
  ['GET', '/livez'],
  ['GET', '/readyz'],
  ['GET', '/nowhere'],
  ['PATCH', '/api/activities/home'],
  ['OPTIONS', '/api/activities/home'],
]
const requests = [
  ...operationsOf(document).map((operation) => requestOf(operation)),
  ...elsewhere.map(([method, path]) => ({ url: path, init: { method } })),
]

it.each(requests)(
  '$init.method $url is shown in no page, and taken for what it is',
  async (asked) => {
    const { headers } = await api.app.request(asked.url, asked.init)
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'cross-origin',
      'strict-transport-security': 'max-age=31536000',
    })
    expect(headers.get('x-powered-by') ?? headers.get('server')).toBeNull()
  },
)

it('leaves the page of the reference its own policy', async () => {
  const { headers } = await api.get('/docs')
  expect(headers.get('content-security-policy')).toContain("script-src 'self'")
  expect(headers.get('strict-transport-security')).not.toBeNull()
})
