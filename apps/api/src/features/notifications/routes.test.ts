import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'

const api = await openApi()
const [di, ed] = [await api.signUp('di'), await api.signUp('ed')]

interface Told {
  by?: string
  minutesAgo?: number
  expiresAt?: string
}

/** A crud of somebody's, and that it concerns a person. */
async function tell(
  whom: { uuid: string },
  message: string,
  { by = ed.uuid, minutesAgo = 0, expiresAt }: Told = {},
) {
  await api.session.query(
    `with crud as (
       insert into activities (user_uuid, message, expires_at)
       values ($1, $2, coalesce($3::timestamptz, now() + interval '1 hour')) returning uuid)
     insert into notifications (user_uuid, activity_uuid, created_at)
     select $4, uuid, now() - make_interval(mins => $5) from crud`,
    [by, message, expiresAt ?? null, whom.uuid, minutesAgo],
  )
}

const path = '/api/activities/notifications'

async function list(person: typeof di, from = path) {
  const response = await person.get(from)
  expect(response.status).toBe(200)
  const next = /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
  return { activities: (await response.json()) as { uuid: string; message: string }[], next }
}

const messages = async (person: typeof di) =>
  (await list(person)).activities.map(({ message }) => message)

describe('GET /api/activities/notifications', () => {
  it('answers nothing to whom nothing happened', async () => {
    expect(await messages(di)).toEqual([])
  })

  it('answers what others did to the viewer, as Activities, newest first', async () => {
    await tell(di, 'Second, @di', { minutesAgo: 5 })
    await tell(di, 'Third, @di', { minutesAgo: 10 })
    await tell(di, 'First, @di')
    expect(await messages(di)).toEqual(['First, @di', 'Second, @di', 'Third, @di'])
    const { activities } = await list(di)
    expect(activities[0]).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      handle: 'ed',
      display_name: 'ed',
      message: 'First, @di',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      replies_count: 0,
      reposts_count: 0,
      likes_count: 0,
      reply_to_activity_uuid: null,
    })
  })

  it('answers nobody else’s', async () => {
    await tell(ed, 'For @ed', { by: di.uuid })
    expect(await messages(ed)).toEqual(['For @ed'])
    expect(await messages(di)).not.toContain('For @ed')
  })

  it('leaves out what has expired', async () => {
    const flo = await api.signUp('flo')
    await tell(flo, 'Alive, @flo')
    await tell(flo, 'Over, @flo', { expiresAt: new Date().toISOString() })
    expect(await messages(flo)).toEqual(['Alive, @flo'])
  })

  it('is walked page by page, many of one instant included', async () => {
    const gus = await api.signUp('gus')
    for (let n = 0; n < 23; n++) await tell(gus, `${n}, @gus`, { minutesAgo: 10 + (n % 3) })
    // Told at one time and posted at another: the order is that of the telling.
    await api.session.query(
      "update activities set created_at = now() - random() * interval '1 day' where message like '%@gus'",
    )
    await api.session.query(
      "update notifications set created_at = date_trunc('minute', created_at) where user_uuid = $1",
      [gus.uuid],
    )
    const all = (await list(gus)).activities
    expect(all).toHaveLength(23)
    const walked: unknown[] = []
    let next: string | undefined = `${path}?limit=5`
    while (next !== undefined) {
      const page: Awaited<ReturnType<typeof list>> = await list(gus, next)
      walked.push(...page.activities)
      await tell(gus, 'Meanwhile, @gus')
      next = page.next
    }
    expect(walked).toEqual(all)
  })

  it('answers 50 unless asked for fewer or more', async () => {
    const hal = await api.signUp('hal')
    for (let n = 0; n < 60; n++) await tell(hal, `${n}, @hal`)
    expect((await list(hal)).activities).toHaveLength(50)
    expect((await list(hal, `${path}?limit=100`)).activities).toHaveLength(60)
  })

  it('wants a viewer', async () => {
    for (const authorization of ['', 'Bearer null', `Bearer ${await api.pool.sign({ exp: 1 })}`]) {
      const response = await api.get(path, authorization ? { authorization } : {})
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual(['generic_401'])
    }
  })

  it.each([
    ['limit=0', ['limit_invalid']],
    ['cursor=x', ['cursor_invalid']],
    [
      `cursor=${btoa('2026-02-30T00:00:00.000Z 0a4c8a1e-11d7-4d60-8a51-1c35b8f1e001')}`,
      ['cursor_invalid'],
    ],
    [
      `cursor=${btoa('0000-01-01T00:00:00.000Z 0a4c8a1e-11d7-4d60-8a51-1c35b8f1e001')}`,
      ['cursor_invalid'],
    ],
    ['limit=x&cursor=y', ['limit_invalid', 'cursor_invalid']],
  ])('refuses ?%s', async (query, codes) => {
    const response = await di.get(`${path}?${query}`)
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual(codes)
  })
})
