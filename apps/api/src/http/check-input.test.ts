import { z } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { checkInput } from './check-input.ts'
import { ApiError, statusOfCode } from './errors.ts'

const short = (code: string) => z.string({ error: code }).max(2, code)
const query = z.object({ limit: short('limit_invalid'), cursor: short('cursor_invalid') })
const params = z.object({ name: short('display_name_invalid') })
const schema = z.object({ first: short('message_invalid'), second: short('message_invalid') })

const check = checkInput({
  query,
  params,
  body: { content: { 'application/json': { schema } } },
})
const app = new Hono().post('/:name', async (c) => {
  await check(c)
  return c.text('taken')
})
app.onError((error, c) => {
  if (!(error instanceof ApiError)) return c.text(error.message, 500)
  return c.json(error.codes, statusOfCode[error.codes[0]])
})
const ask = async (path: string, body = '{"first":"a","second":"b"}') => {
  const response = await app.request(path, { method: 'POST', body })
  return [response.status, await response.text()]
}

describe('input', () => {
  it('is taken where it is what was declared', async () => {
    expect(await ask('/di?limit=1&cursor=a')).toEqual([200, 'taken'])
  })

  it.each([
    ['the query first', '/diana?limit=100', '{"first":1}', ['limit_invalid', 'cursor_invalid']],
    ['then the path', '/diana?limit=1&cursor=a', '{"first":1}', ['display_name_invalid']],
    ['then the body, each code once', '/di?limit=1&cursor=a', '{"first":1}', ['message_invalid']],
    ['what is said twice', '/di?limit=1&cursor=a&limit=2', '{}', ['limit_invalid']],
  ])('is refused: %s', async (_name, path, body, codes) => {
    expect(await ask(path, body)).toEqual([422, JSON.stringify(codes)])
  })

  it('is malformed where the body is JSON, but no object', async () => {
    expect(await ask('/di?limit=1&cursor=a', '[]')).toEqual([400, '["body_malformed"]'])
  })

  it('is our fault where a schema says what is no code', async () => {
    const check = checkInput({ params: z.object({ name: z.string().max(2) }) })
    const wordy = new Hono().get('/:name', async (c) => c.text(String(await check(c))))
    const thrown: unknown[] = []
    wordy.onError((error, c) => {
      thrown.push(error)
      return c.text('', 500)
    })
    await wordy.request('/diana')
    expect(thrown).toEqual([expect.objectContaining({ message: expect.stringMatching(/a code/) })])
    expect(thrown[0]).not.toBeInstanceOf(ApiError)
  })

  it('is declared by a schema, or the route is not made', () => {
    // As a declaration that the types of zod-openapi let through and nothing here could check.
    const declared: object = { query: { limit: 'a number' } }
    expect(() => checkInput(declared)).toThrow('no schema of zod')
  })
})
