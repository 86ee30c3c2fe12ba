import fc from 'fast-check'
import { expect, it } from 'vitest'
import { statusOfCode } from '../src/http/errors.ts'
import { openApi } from './harness.ts'
import type { Described } from './openapi-answers.ts'
import { operationsOf, requestOf } from './openapi-request.ts'

const seed = Number(process.env.FUZZ_SEED ?? 20261121)
const requests = 20_000

const api = await openApi()
await api.seed()
const document = (await (await api.get('/openapi.json')).json()) as Described
const operations = operationsOf(document)

/** Those who call; who leaves is followed by somebody new. */
const people = [await api.signUp('andrewbrown'), await api.signUp('di'), await api.signUp('ed')]
const uuids = await api.session
  .query<{ uuid: string }>('select uuid from activities union select uuid from message_groups')
  .then((rows) => rows.map(({ uuid }) => uuid))

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
)
const uuid = fc.oneof(fc.constantFrom(...uuids), fc.uuid())
const segment = fc.oneof(
  fc.string().map(encodeURIComponent),
  fc.string({ unit: 'grapheme' }).map(encodeURIComponent),
  fc.string(),
  uuid,
  fc.constantFrom('@andrewbrown', '%00', '%ff', '..', '%2e%2e', '@', '@@di', 'home'),
)
const value = fc.oneof(
  { weight: 3, arbitrary: anyText },
  { weight: 2, arbitrary: uuid },
  { weight: 2, arbitrary: fc.constantFrom('1-day', 'di', 'ed', 'hello @di and @ed', '', ' ') },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
)
const headerText = fc.stringMatching(/^[ -~]{0,40}$/)

/** What stands in a place of the request: as in the example, or anything. */
const ask = fc.record({
  operation: fc.constantFrom(...operations),
  segments: fc.array(fc.option(segment), { minLength: 2, maxLength: 2 }),
  query: fc.option(
    fc.dictionary(fc.oneof(fc.constantFrom('limit', 'cursor', 'term'), fc.string()), anyText, {
      maxKeys: 4,
    }),
  ),
  fields: fc.record(
    {
      message: value,
      ttl: value,
      handle: value,
      message_group_uuid: value,
      display_name: value,
      bio: value,
    },
    { requiredKeys: [] },
  ),
  body: fc.option(fc.oneof(anyText, fc.json()), { freq: 2 }),
  caller: fc.option(fc.nat({ max: people.length - 1 }), { freq: 4 }),
  headers: fc.record(
    {
      authorization: headerText.map((text) => `Bearer ${text}`),
      'content-type': fc.constantFrom('text/plain', 'application/json; charset=x', ''),
      'idempotency-key': headerText,
      'if-none-match': headerText,
      traceparent: headerText,
      'x-request-id': headerText,
      'x-forwarded-for': headerText,
      origin: headerText,
    },
    { requiredKeys: [] },
  ),
})
type Ask = typeof ask extends fc.Arbitrary<infer A> ? A : never

function write({ operation, segments, query, fields, body, caller, headers }: Ask) {
  const { url, init } = requestOf(operation)
  let [path = '', search = ''] = url.split('?')
  const given = [...segments]
  path = operation.path.includes('{')
    ? operation.path.replaceAll(/\{\w+\}/g, (name) => {
        const example = requestOf({ ...operation, path: name }).url
        return given.shift() ?? example
      })
    : path
  if (query) search = new URLSearchParams(query).toString()
  const sent = body ?? JSON.stringify({ ...JSON.parse(init.body ?? '{}'), ...fields })
  const token = caller === null ? undefined : people[caller]?.token
  const sentHeaders = new Headers({
    ...init.headers,
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  })
  // Most requests get as far as the database; one in some has a header of its own.
  for (const [name, text] of Object.entries(headers)) sentHeaders.set(name, text)
  return {
    url: search ? `${path}?${search}` : path,
    init: {
      method: init.method,
      headers: sentHeaders,
      ...(init.body === undefined ? {} : { body: sent }),
    },
  }
}

const counts = new Map<number, number>()

async function check(asked: Ask) {
  const { url, init } = write(asked)
  // The harness compares status, headers and body with the document.
  const response = await api.app.request(url, init)
  const { status } = response
  counts.set(status, (counts.get(status) ?? 0) + 1)
  expect(status, await response.clone().text()).toBeLessThan(500)
  if (status >= 400) {
    const codes: unknown = await response.json()
    expect(Array.isArray(codes) && codes.length > 0).toBe(true)
    for (const code of Array.isArray(codes) ? codes : []) expect(statusOfCode).toHaveProperty(code)
  }
  const hasLeft = init.method === 'DELETE' && /\/me(\?|$)/.test(url) && status === 200
  if (hasLeft && asked.caller !== null) {
    people[asked.caller] = await api.signUp(`new-${counts.get(200)}`)
  }
}

it(`answers ${requests} random requests as the document says`, async () => {
  process.stderr.write(`FUZZ_SEED=${seed}\n`)
  const headersNow = fc.oneof(
    { weight: 3, arbitrary: ask.map((asked) => ({ ...asked, headers: {} })) },
    { weight: 1, arbitrary: ask },
  )
  await fc.assert(fc.asyncProperty(headersNow, check), { seed, numRuns: requests })
  const told = [...counts].toSorted(([one], [other]) => one - other)
  process.stderr.write(`${told.map(([status, n]) => `${n} × ${status}`).join(', ')}\n`)
  for (const status of [200, 400, 401, 404, 415, 422]) {
    expect(counts.get(status) ?? 0, String(status)).toBeGreaterThan(20)
  }
})
