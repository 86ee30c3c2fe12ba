import { describe, expect, it } from 'vitest'
import { openApi } from './harness.ts'
import type { Described } from './openapi-answers.ts'
import { operationsOf, requestOf } from './openapi-request.ts'

const api = await openApi()
const document = (await (await api.get('/openapi.json')).json()) as Described

const bodies = [
  '',
  'null',
  '[]',
  '"text"',
  '{}',
  '{"message":',
  '{"message":1,"ttl":[],"handle":{},"display_name":null,"bio":false,"message_group_uuid":2}',
  '{"message":" ","ttl":"1-year","handle":"@nobody","message_group_uuid":"x","display_name":" "}',
  '{"message":"\\u0000\\ud800","ttl":"1-day","handle":"\\u0000","display_name":"\\ud800","bio":"\\u0000"}',
  `{"message":"${'a'.repeat(2000)}","ttl":"1-day","display_name":"${'é'.repeat(101)}"}`,
  JSON.stringify({ message: 'a'.repeat(70_000) }),
]
const queries = ['limit=x&cursor=y', 'limit=0', 'limit=5&limit=6', 'cursor=', 'term=%20', 'x=%ff']
const segments = ['x', '-', '%00', '%ff', '%F0%9F%A6%9C', '..%2f', 'a'.repeat(4000), '@@', '%2e']
const headers = [
  { authorization: 'Bearer null' },
  { authorization: 'Basic x' },
  { authorization: `Bearer ${'a'.repeat(9000)}` },
  { 'content-type': 'text/plain' },
  { 'idempotency-key': 'k'.repeat(4000) },
  { 'if-none-match': '*' },
]

/** Each way to spoil an operation’s own example. */
function* spoiled({ path, ...rest }: ReturnType<typeof operationsOf>[number], token: string) {
  const { url, init } = requestOf({ path, ...rest })
  const signed = { ...init.headers, authorization: `Bearer ${token}` }
  const hasBody = rest.method !== 'GET'
  for (const body of hasBody ? bodies : []) yield [url, { ...init, headers: signed, body }] as const
  for (const query of queries) {
    yield [`${url.split('?')[0]}?${query}`, { ...init, headers: signed }] as const
  }
  for (const header of headers) yield [url, { ...init, headers: { ...signed, ...header } }] as const
  for (const segment of path.includes('{') ? segments : []) {
    yield [path.replaceAll(/\{\w+\}/g, segment), { ...init, headers: signed }] as const
  }
  for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'PATCH']) {
    if (method !== rest.method) yield [url, { method, headers: init.headers }] as const
  }
}

describe('whatever is sent', () => {
  // The harness compares every answer with the document; here, too, nothing is our fault.
  it.each(operationsOf(document))('$name answers as it says', async (operation) => {
    const { token } = await api.signUp(`di-${operation.operation.operationId}`)
    for (const [url, init] of spoiled(operation, token)) {
      const { status } = await api.app.request(url, init)
      expect(status, `${init.method} ${url}`).toBeLessThan(500)
    }
  })
})
