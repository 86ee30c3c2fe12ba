import { takeToken } from '@cruddur/db'
import { describe, expect, it } from 'vitest'
import { frontend, openApi } from '../../test/harness.ts'
import { createTokenBuckets } from '../token-buckets.ts'

const few = (tokens: number) => ({ tokens, windowMs: 3_600_000 })
const home = '/api/activities/home'

describe.each(['process', 'postgres'])('a share that is counted in %s', async (store) => {
  const api = await openApi()
  const { limits } = api.deps
  if (store === 'postgres') limits.takeToken = (...asked) => takeToken(api.db, ...asked)
  const from = (address: string) => ({ 'x-forwarded-for': address, origin: frontend })

  it('is each address’s own, and said with every answer', async () => {
    Object.assign(limits, { perAddress: few(3), perPerson: few(100) })
    const first = await api.get(home, from('198.51.100.1'))
    expect(first.status).toBe(200)
    expect(first.headers.get('ratelimit-policy')).toBe('"address";q=3;w=3600')
    expect(first.headers.get('ratelimit')).toBe('"address";r=2;t=1200')
    expect((await api.get('/api/nowhere', from('198.51.100.1'))).status).toBe(404)
    expect((await api.get(home, from('198.51.100.1'))).status).toBe(200)
    const refused = await api.get(home, from('198.51.100.1'))
    expect(refused.status).toBe(429)
    expect(await refused.json()).toEqual(['rate_limited'])
    expect(refused.headers.get('ratelimit')).toMatch(/^"address";r=0;t=(3600|359\d)$/)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1100)
    expect(refused.headers.get('access-control-allow-origin')).toBe(frontend)
    expect((await api.get(home, from('198.51.100.2'))).status).toBe(200)
  })

  it('cannot be had again by saying to be somebody else', async () => {
    const spoofed = Array.from({ length: 5 }, (_, n) => from(`10.0.0.${n}, 198.51.100.3`))
    const answers = []
    for (const headers of spoofed) answers.push((await api.get(home, headers)).status)
    expect(answers).toEqual([200, 200, 200, 429, 429])
  })

  it('is each person’s own, wherever they call from, and nobody’s with a bad token', async () => {
    Object.assign(limits, { perAddress: few(1000), perPerson: few(2) })
    const [di, ed] = [await api.signUp(`di-${store}`), await api.signUp(`ed-${store}`)]
    const as = (token: string, n: number) =>
      api.get(n % 2 ? home : '/api/users/me', {
        ...from(`198.51.100.${n + 10}`),
        authorization: `Bearer ${token}`,
      })
    const answers = []
    for (let n = 0; n < 4; n++) answers.push(await as(di.token, n))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429])
    expect(answers[0]?.headers.get('ratelimit')).toBe('"person";r=1;t=1800')
    expect((await as(ed.token, 0)).status).toBe(200)
    const forged = `${di.token.slice(0, -8)}AAAAAAAA`
    for (let n = 0; n < 4; n++) expect((await as(forged, 0)).status).toBe(401)
  })

  it('is not taken by whoever watches over the server', async () => {
    Object.assign(limits, { perAddress: few(1) })
    for (let n = 0; n < 3; n++) {
      for (const path of ['/livez', '/readyz', '/api/health-check']) {
        expect((await api.get(path, from('198.51.100.4'))).status).toBe(200)
      }
    }
  })
})

it('answers so many requests of one address at the same time, and the next when they are done', async () => {
  const api = await openApi({ limits: { concurrent: 4, takeToken: createTokenBuckets() } })
  await api.session.query('begin')
  await api.session.query('lock table activities in access exclusive mode')
  const waiting = Array.from({ length: 4 }, () => api.get(home))
  const refused = await api.get(home)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect((await api.get('/api/users/@nobody/short', { 'x-forwarded-for': '1.1.1.1' })).status).toBe(
    404,
  )
  await api.session.query('commit')
  for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200)
  expect((await api.get(home)).status).toBe(200)
})
