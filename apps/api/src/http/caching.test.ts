import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterAll, describe, expect, it } from 'vitest'
import { frontend, openApi } from '../../test/harness.ts'

const api = await openApi()
await api.seed()
const di = await api.signUp('di')
const home = '/api/activities/home?limit=5'

const send = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  api.app.request(path, { method, headers: { origin: frontend, ...headers } })
const as = { authorization: `Bearer ${di.token}` }

describe('a GET', () => {
  it('has a strong tag that stays as long as the answer does', async () => {
    const [first, second] = [await send(home), await send(home)]
    expect(first.headers.get('etag')).toMatch(/^"[\w-]{43}"$/)
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'))
    const other = await send('/api/activities/home?limit=4')
    expect(other.headers.get('etag')).not.toBe(first.headers.get('etag'))
  })

  it.each<[string, (tag: string) => string]>([
    ['the tag', (tag) => tag],
    ['a weak tag', (tag) => `W/${tag}`],
    ['one of many', (tag) => `"other" , ${tag},"another"`],
    ['anything', () => '*'],
  ])('answers 304 to %s, with all that a cache or a page needs', async (_, name) => {
    const whole = await send(home)
    const tag = whole.headers.get('etag') ?? ''
    const response = await send(home, { 'if-none-match': name(tag) })
    expect(response.status).toBe(304)
    expect(await response.text()).toBe('')
    for (const header of [
      'etag',
      'cache-control',
      'vary',
      'link',
      'access-control-allow-origin',
      'access-control-expose-headers',
    ]) {
      expect(response.headers.get(header), header).toBe(whole.headers.get(header))
      expect(response.headers.get(header), header).not.toBeNull()
    }
    expect(response.headers.get('content-type')).toBeNull()
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each(['', '"other"', 'other', 'W/"other"', ',,'])('answers 200 to %j', async (named) => {
    expect((await send(home, { 'if-none-match': named })).status).toBe(200)
  })

  it('answers 200 again once something has changed', async () => {
    const path = '/api/activities/@londo'
    const tag = (await send(path)).headers.get('etag') ?? ''
    expect((await send(path, { 'if-none-match': tag })).status).toBe(304)
    await api.session.query("update users set display_name = 'L.' where handle = 'londo'")
    expect((await send(path, { 'if-none-match': tag })).status).toBe(200)
  })

  it.each([
    ['/api/activities/home', 'private, no-cache', 'Origin, Authorization'],
    ['/api/activities/@londo', 'public, no-cache', 'Origin'],
    ['/api/users/@londo/short', 'public, no-cache', 'Origin'],
    ['/api/activities/search?term=clouds', 'public, no-cache', 'Origin'],
    ['/api/users/me', 'private, no-cache', 'Origin, Authorization'],
    ['/api/activities/notifications', 'private, no-cache', 'Origin, Authorization'],
    ['/api/message_groups', 'private, no-cache', 'Origin, Authorization'],
    ['/api/health-check', 'no-store', 'Origin'],
  ])('of %s may be kept as %s', async (path, cacheControl, vary) => {
    for (const headers of [{ ...as }, { ...as, 'if-none-match': '*' }]) {
      const response = await send(path, headers)
      expect(response.ok || response.status === 304).toBe(true)
      expect(response.headers.get('cache-control')).toBe(cacheControl)
      expect(response.headers.get('vary')).toBe(vary)
    }
  })
})

describe('nothing is kept', () => {
  it.each([
    ['GET', '/api/nowhere', 404],
    ['GET', '/api/users/@nobody/short', 404],
    ['GET', '/api/users/me', 401],
    ['GET', '/api/activities/home?limit=0', 422],
    ['DELETE', '/api/activities/home', 405],
    ['POST', '/api/profile/update', 415],
  ])('of %s %s, which is %i', async (method, path, status) => {
    const response = await send(path, { 'if-none-match': '*' }, method)
    expect(response.status).toBe(status)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('etag')).toBeNull()
    expect(response.headers.get('vary')).toBe('Origin')
  })

  it('of a write', async () => {
    const response = await api.app.request('/api/profile/update', {
      method: 'PUT',
      headers: { ...as, 'content-type': 'application/json', 'if-none-match': '*' },
      body: JSON.stringify({ display_name: 'Di' }),
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('etag')).toBeNull()
  })
})

describe('HEAD, on a socket', async () => {
  const server = createServer(getRequestListener(api.app.fetch))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => server.close())
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  it.each([
    home,
    '/api/activities/@londo',
    '/api/users/me',
    '/api/users/@nobody/short',
    '/api/nowhere',
  ])('of %s has GET’s status and headers, and no body', async (path) => {
    const headers = { ...as, origin: frontend, 'x-request-id': 'one' }
    const [get, head] = [
      await fetch(base + path, { headers }),
      await fetch(base + path, { method: 'HEAD', headers }),
    ]
    expect(await get.text()).not.toBe('')
    expect(await head.text()).toBe('')
    expect(head.status).toBe(get.status)
    // Of this connection, not of the answer; and an error's length may be left out.
    const left = ['date', 'connection', 'keep-alive', ...(get.ok ? [] : ['content-length'])]
    const listed = ({ headers }: Response) => [...headers].filter(([name]) => !left.includes(name))
    expect(listed(head)).toEqual(listed(get))
  })

  it('answers 304 as well', async () => {
    const tag = (await fetch(base + home)).headers.get('etag') ?? ''
    const response = await fetch(base + home, { method: 'HEAD', headers: { 'if-none-match': tag } })
    expect(response.status).toBe(304)
    expect(response.headers.get('content-length')).toBeNull()
  })
})
