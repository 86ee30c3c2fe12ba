import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'

const api = await openApi()
await api.seed()

interface Crud {
  uuid: string
  created_at: string
}

const listHome = async (path = '/api/activities/home') => {
  const response = await api.get(path)
  const next = /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
  return { response, cruds: (await response.json()) as Crud[], next }
}

describe('GET /api/activities/home', () => {
  it('answers the live cruds, newest first, as the front end reads them', async () => {
    const { response, cruds, next } = await listHome()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(cruds).toHaveLength(12)
    expect(next).toBeUndefined()
    expect(cruds[0]).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      handle: 'londo',
      display_name: 'Londo Mollari',
      message: 'This crud is gone in an hour. So, I am told, is my dignity.',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      replies_count: 0,
      reposts_count: 0,
      likes_count: 0,
      reply_to_activity_uuid: null,
    })
    const times = cruds.map((crud) => crud.created_at)
    expect(times).toEqual(times.toSorted().reverse())
  })

  it('is walked page by page along Link', async () => {
    const { cruds: all } = await listHome()
    const walked: Crud[] = []
    let path: string | undefined = '/api/activities/home?limit=5'
    while (path !== undefined) {
      const page = await listHome(path)
      expect(page.cruds.length).toBeLessThanOrEqual(5)
      walked.push(...page.cruds)
      path = page.next
    }
    expect(walked).toEqual(all)
  })

  it('reads anybody as an anonymous reader', async () => {
    const response = await api.get('/api/activities/home', { authorization: 'Bearer null' })
    expect(response.status).toBe(200)
  })

  it.each([
    ['limit=0', ['limit_invalid']],
    ['limit=101', ['limit_invalid']],
    ['limit=-1', ['limit_invalid']],
    ['limit=1e1', ['limit_invalid']],
    ['limit=', ['limit_invalid']],
    ['limit=5&limit=6', ['limit_invalid']],
    ['cursor=', ['cursor_invalid']],
    ['cursor=%00', ['cursor_invalid']],
    ['cursor=bm90IGEgY3Vyc29y', ['cursor_invalid']],
    [
      `cursor=${btoa('2026-13-45T99:99:99.000Z 0a4c8a1e-11d7-4d60-8a51-1c35b8f1e001')}`,
      ['cursor_invalid'],
    ],
    [`cursor=${btoa("2026-01-01T00:00:00.000Z ' or 1=1 --")}`, ['cursor_invalid']],
    ['limit=x&cursor=y', ['limit_invalid', 'cursor_invalid']],
  ])('refuses ?%s', async (query, codes) => {
    const response = await api.get(`/api/activities/home?${query}`)
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual(codes)
  })

  it('ignores what it does not know', async () => {
    expect((await api.get('/api/activities/home?colour=red')).status).toBe(200)
  })
})
