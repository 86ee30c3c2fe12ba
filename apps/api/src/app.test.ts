import { connect, type Db } from '@cruddur/db'
import { describe, expect, it } from 'vitest'
import { frontend, openApi } from '../test/harness.ts'
import { checkResponses } from '../test/openapi-check.ts'
import { createApp } from './app.ts'
import { createLog } from './log.ts'

const api = await openApi()

describe('every answer', () => {
  it('is an array of codes with CORS and a request id when there is no such route', async () => {
    const response = await api.get('/api/nowhere', { origin: frontend })
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual(['not_found'])
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('access-control-allow-origin')).toBe(frontend)
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it.each(['/nowhere/api/activities/home', '//api/activities/home', '/api/activities/home/'])(
    'is that of no route where the path only ends as home’s: %s',
    async (path) => {
      const response = await api.get(`http://localhost${path}`, { origin: frontend })
      expect(response.status).toBe(404)
      expect(await response.json()).toEqual(['not_found'])
    },
  )

  it('names the allowed methods when the method is wrong', async () => {
    const response = await api.app.request('/api/activities/home', {
      method: 'DELETE',
      headers: { origin: frontend },
    })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD')
    expect(response.headers.get('access-control-allow-origin')).toBe(frontend)
    expect(await response.json()).toEqual(['method_not_allowed'])
  })

  it('repeats a sane request id and replaces an odd one', async () => {
    const repeated = await api.get('/api/health-check', { 'x-request-id': 'abc-123' })
    expect(repeated.headers.get('x-request-id')).toBe('abc-123')
    const replaced = await api.get('/api/health-check', { 'x-request-id': 'a b<c>' })
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('has a HEAD of its own', async () => {
    const response = await api.app.request('/api/health-check', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })
})

it('is healthy in Flask’s own words', async () => {
  const response = await api.get('/api/health-check')
  expect(await response.json()).toEqual({ success: true, ver: 1 })
})

describe('CORS', () => {
  const preflight = (origin: string) =>
    api.app.request('/api/activities/home', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization,content-type',
      },
    })

  it('lets the front end call with its headers, and remember that it may', async () => {
    const { ok, headers } = await preflight(frontend)
    expect(ok).toBe(true)
    expect(headers.get('access-control-allow-origin')).toBe(frontend)
    expect(headers.get('access-control-allow-methods')).toBe('GET,HEAD,POST,PUT,DELETE,OPTIONS')
    expect(headers.get('access-control-allow-headers')).toBe(
      'authorization,content-type,idempotency-key,if-none-match,traceparent',
    )
    expect(headers.get('access-control-max-age')).toBe('600')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  })

  it('lets nobody else', async () => {
    const { headers } = await preflight('https://evil.example')
    expect(headers.get('access-control-allow-origin')).toBeNull()
    const response = await api.get('/api/health-check', { origin: `${frontend}.evil.example` })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('vary')).toMatch(/origin/i)
  })
})

describe('the request log', () => {
  it('is one line with the route’s pattern and nothing of the query', async () => {
    await api.get('/api/activities/home?limit=1&secret=hunter2')
    const line = api.logged().at(-1)
    expect(line).toMatchObject({
      level: 'info',
      event: 'request',
      method: 'GET',
      route: '/api/activities/home',
      status: 200,
    })
    expect(line?.ms).toBeTypeOf('number')
    expect(JSON.stringify(line)).not.toContain('hunter2')
  })

  it('says who called and in which trace, where that is known', async () => {
    const di = await api.signUp('di')
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const authorization = `Bearer ${di.token}`
    const traceparent = `00-${trace}-b7ad6b7169203331-01`
    await api.get('/api/users/me', { authorization, traceparent })
    expect(api.logged().at(-1)).toMatchObject({ person: di.sub, trace })
    for (const odd of [
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `00-${trace}-${'0'.repeat(16)}-01`,
      traceparent.replace('00-', 'ff-'),
      `${traceparent}x`,
      'di@x.com',
    ]) {
      await api.get('/api/activities/home', { traceparent: odd })
      const { person, trace: said } = api.logged().at(-1) ?? {}
      expect([person, said]).toEqual([undefined, undefined])
    }
  })

  it('names no path where there is no route', async () => {
    await api.get('/api/@somebody/private')
    expect(JSON.stringify(api.logged().at(-1))).not.toContain('somebody')
  })
})

describe('a failure', () => {
  const logged: string[] = []
  const log = createLog((line) => logged.push(line))
  const appOn = (db: Db) =>
    checkResponses(createApp({ origins: [frontend], depsFor: () => ({ ...api.deps, db, log }) }))

  it.each(['/api/activities/home', '/api/activities/home?limit=2'])(
    'that is no error is left to the runtime: %s',
    async (path) => {
      const homePages = { ...api.deps.homePages, get: () => Promise.reject('no error') }
      const app = createApp({ origins: [], depsFor: () => ({ ...api.deps, homePages }) })
      await expect(app.request(path)).rejects.toBe('no error')
    },
  )

  it('of the database is a 503 that says when to come back', async () => {
    const { db, close } = connect('postgres://a:hidden@127.0.0.1:1/nowhere')
    const response = await appOn(db).request('/api/activities/home', {
      headers: { origin: frontend },
    })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(response.headers.get('access-control-allow-origin')).toBe(frontend)
    expect(await response.json()).toEqual(['unavailable'])
    expect(logged.join()).toContain('ECONNREFUSED')
    expect(logged.join()).not.toMatch(/hidden|:""/)
    await close()
  })

  it('of ours is a 500 without a word of its cause, which the log has without parameters', async () => {
    await api.session.query('alter table users rename column bio to biography')
    await api.session.query('alter table users rename column display_name to name')
    const response = await appOn(api.db).request('/api/activities/home?limit=37')
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual(['generic_500'])
    const line = logged.find((each) => each.includes('generic_500')) ?? ''
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      code: '42703',
    })
    // An id and a time may have any digits.
    const { time, requestId, ...told } = JSON.parse(line)
    expect(JSON.stringify(told)).not.toMatch(/37|select/)
  })
})
