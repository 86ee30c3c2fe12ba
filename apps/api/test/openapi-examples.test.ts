import { expect, it } from 'vitest'
import { openApi } from './harness.ts'
import type { Described } from './openapi-answers.ts'
import { operationsOf, requestOf } from './openapi-request.ts'

const api = await openApi()
const andrew = await api.signUp('andrewbrown')
await api.seed()

const document = (await (await api.get('/openapi.json')).json()) as Described
const groups = (await (await andrew.get('/api/message_groups')).json()) as { uuid: string }[]
// The group of the demo data has another uuid on every database.
const inOwnGroup = (url: string) =>
  url.replace(/(?<=^\/api\/messages\/).+/, String(groups[0]?.uuid))

// What is deleted comes last: the crud, and then the person.
const rank = ({ method, path }: { method: string; path: string }) =>
  method !== 'DELETE' ? 0 : path.endsWith('/me') ? 2 : 1
const operations = operationsOf(document).toSorted((one, other) => rank(one) - rank(other))

it.each(operations)('$name answers its example, on the demo data', async (documented) => {
  const { url, init } = requestOf(documented)
  const headers = { ...init.headers, authorization: `Bearer ${andrew.token}` }
  const ask = (extra = {}) =>
    api.app.request(inOwnGroup(url), { ...init, headers: { ...headers, ...extra } })
  const response = await ask()
  expect(response.status, await response.clone().text()).toBe(200)
  const tag = response.headers.get('etag')
  expect(304 in documented.operation.responses).toBe(tag !== null)
  if (tag) expect((await ask({ 'if-none-match': tag })).status).toBe(304)
})
