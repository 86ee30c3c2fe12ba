import { describe, expect, it } from 'vitest'
import { openApi } from '../../test/harness.ts'
import { writeCursor } from './cursor.ts'
import { createResponseCache } from './response-cache.ts'

interface Said {
  text: string
  liveMs: number | undefined
}

/** A cache by a clock of ours, and readings that end when they are told to. */
function openCache() {
  const clock = { now: 0 }
  const cache = createResponseCache<Said>(() => clock.now)
  const readings: ((text: string, liveMs?: number) => void)[] = []
  const ask = () =>
    cache.get(
      'home',
      () =>
        new Promise<Said>((resolve) => {
          readings.push((text, liveMs) => resolve({ text, liveMs }))
        }),
    )
  const answer = async (asked: ReturnType<typeof ask>, ...said: [string, number?]) => {
    readings.at(-1)?.(...said)
    return (await asked).text
  }
  return { clock, cache, readings, ask, answer }
}

describe('an answer', () => {
  it('is kept for a second from when its statement was sent', async () => {
    const { clock, cache, readings, ask, answer } = openCache()
    const first = ask()
    clock.now = 400
    expect(await answer(first, 'one')).toBe('one')
    clock.now = 999
    expect((await ask()).text).toBe('one')
    clock.now = 1_000
    expect(await answer(ask(), 'two')).toBe('two')
    expect(readings).toHaveLength(2)
    expect(cache.counts).toEqual({ hits: 1, misses: 2 })
  })

  it('is over with the first thing in it that expires', async () => {
    const { clock, ask, answer } = openCache()
    await answer(ask(), 'one', 250)
    clock.now = 249
    expect((await ask()).text).toBe('one')
    clock.now = 250
    expect(await answer(ask(), 'two')).toBe('two')
  })

  it('is read once for all who ask meanwhile, but for nobody for whom it is over', async () => {
    const { clock, readings, ask, answer } = openCache()
    const [first, second] = [ask(), ask()]
    clock.now = 300
    const late = ask()
    expect(readings).toHaveLength(1)
    expect(await answer(first, 'one', 300)).toBe('one')
    expect((await second).text).toBe('one')
    expect(readings).toHaveLength(2)
    expect(await answer(late, 'two')).toBe('two')
  })

  it('that was being read when something was written is for nobody who asks after that', async () => {
    const { cache, readings, ask, answer } = openCache()
    const before = ask()
    cache.drop()
    const after = ask()
    expect(readings).toHaveLength(2)
    expect(await answer(after, 'new')).toBe('new')
    readings[0]?.('old')
    expect((await before).text).toBe('old')
    expect((await ask()).text).toBe('new')
  })

  it('that cannot be read is asked for again', async () => {
    const cache = createResponseCache<Said>(() => 0)
    const broken = () => Promise.reject(new Error('broken'))
    await expect(cache.get('home', broken)).rejects.toThrow('broken')
    const read = async () => ({ text: 'whole', liveMs: undefined })
    expect((await cache.get('home', read)).text).toBe('whole')
  })
})

describe('home', async () => {
  // Time stands still, but where a test is about it.
  let now = () => 0
  const api = await openApi({ homePages: createResponseCache(() => now()) })
  const [di, ed] = [await api.signUp('di'), await api.signUp('ed')]
  const home = async (token?: string, path = '') => {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
    return api.get(`/api/activities/home${path}`, headers)
  }
  const textOf = async (response: Promise<Response>) => (await response).text()
  const write = async (method: string, path: string, body?: object) => {
    const init = { method, headers: { authorization: `Bearer ${di.token}` } }
    const json = { ...init.headers, 'content-type': 'application/json' }
    const sent = body ? { method, headers: json, body: JSON.stringify(body) } : init
    const response = await api.app.request(path, sent)
    return response.status === 200 ? ((await response.json()) as { uuid: string }) : undefined
  }
  const post = (message: string) => write('POST', '/api/activities', { message, ttl: '1-hour' })

  it('shows a write of this process at once, to everybody', async () => {
    const crud = await post('At once')
    for (const token of [undefined, di.token, ed.token]) {
      expect(await textOf(home(token))).toContain('At once')
    }
    await write('PUT', '/api/profile/update', { display_name: 'Diana' })
    expect(await textOf(home())).toContain('Diana')
    await write('POST', `/api/activities/${crud?.uuid}/reply`, { message: 'Answer' })
    expect(await textOf(home(ed.token))).toContain('"replies_count":1')
    await write('DELETE', `/api/activities/${crud?.uuid}`)
    expect(await textOf(home())).not.toContain('At once')
  })

  it('is read from the database once, and not for who was refused', async () => {
    await post('Only one')
    await home()
    await api.session.query("update activities set message = 'Changed elsewhere'")
    expect(await write('POST', '/api/activities', { message: '', ttl: '1-hour' })).toBeUndefined()
    const kept = await textOf(home(ed.token))
    expect(kept).toContain('Only one')
    // A page of another length is another question; one from another place is never kept, for
    // there is no end of places.
    const cursor = writeCursor({ at: '9999-01-01T00:00:00.000Z', uuid: crypto.randomUUID() })
    expect(await textOf(home(undefined, `?cursor=${cursor}`))).toContain('Changed elsewhere')
    await api.session.query("update activities set message = 'Changed again'")
    expect(await textOf(home(undefined, `?cursor=${cursor}`))).toContain('Changed again')
    expect(await textOf(home(undefined, '?limit=5'))).toContain('Changed again')
  })

  it('says the same of itself whether it was kept or not', async () => {
    for (let n = 0; n < 3; n++) await post(`Number ${n}`)
    const all = async (response: Promise<Response>) => {
      const { status, headers } = await response
      headers.delete('x-request-id')
      headers.delete('ratelimit')
      return { status, headers: [...headers], text: await textOf(response) }
    }
    const [first, second] = [
      await all(home(di.token, '?limit=2')),
      await all(home(ed.token, '?limit=2')),
    ]
    expect(second).toEqual(first)
    const headers = new Headers(first.headers)
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect(headers.get('vary')).toBe('Origin, Authorization')
    expect(headers.get('link')).toContain('rel="next"')
    const known = { 'if-none-match': headers.get('etag') ?? '' }
    expect((await api.get('/api/activities/home?limit=2', known)).status).toBe(304)
  })

  it('never shows a crud that is over', async () => {
    now = () => performance.now()
    const crud = await post('A moment')
    await api.session.query(
      `update activities set expires_at = now() + interval '700 milliseconds' where uuid = $1`,
      [crud?.uuid ?? ''],
    )
    await write('PUT', '/api/profile/update', { display_name: 'Di' })
    const isOver = async () => {
      const [row] = await api.session.query<{ over: boolean }>(
        'select expires_at <= clock_timestamp() as over from activities where uuid = $1',
        [crud?.uuid ?? ''],
      )
      return row?.over
    }
    for (let over = await isOver(); ; over = await isOver()) {
      const text = await textOf(home())
      if (!over) continue
      expect(text).not.toContain('A moment')
      break
    }
  })
})
