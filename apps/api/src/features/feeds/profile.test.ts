import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'

const api = await openApi()
await api.seed()

interface Feed {
  profile: Record<string, unknown>
  activities: { uuid: string; handle: string; reply_to_activity_uuid: string | null }[]
}

const read = async (path: string) => {
  const response = await api.get(path)
  const next = /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
  return { response, feed: (await response.json()) as Feed, next }
}

describe('GET /api/activities/@:handle', () => {
  it('answers the person with their live cruds, as the front end reads them', async () => {
    const { response, feed, next } = await read('/api/activities/@andrewbrown')
    expect(response.status).toBe(200)
    expect(next).toBeUndefined()
    expect(feed.profile).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      cognito_user_uuid: null,
      handle: 'andrewbrown',
      display_name: 'Andrew Brown',
      bio: 'Builds clouds, breaks clouds, then writes down which was which.',
      cruds_count: feed.activities.length,
    })
    expect(feed.activities.length).toBeGreaterThan(0)
    for (const activity of feed.activities) {
      expect(activity).toMatchObject({ handle: 'andrewbrown', reply_to_activity_uuid: null })
    }
  })

  it('finds the handle in whatever case and shows it as it is', async () => {
    const { feed } = await read('/api/activities/@AndrewBROWN')
    expect(feed.profile.handle).toBe('andrewbrown')
    const { uuid } = await api.signUp('dot.ted-and_Mixed')
    const { feed: mixed } = await read('/api/activities/@DOT.ted-and_mixed')
    expect(mixed).toMatchObject({ profile: { uuid, handle: 'dot.ted-and_Mixed' }, activities: [] })
  })

  it('shows 40, and the rest along Link', async () => {
    const { uuid } = await api.signUp('prolific')
    await api.session.query(
      `insert into activities (user_uuid, message, created_at)
       select $1, 'Crud ' || n, now() - make_interval(mins => n / 3) from generate_series(1, 50) n`,
      [uuid],
    )
    const first = await read('/api/activities/@prolific')
    expect(first.feed.activities).toHaveLength(40)
    expect(first.feed.profile.cruds_count).toBe(50)
    const second = await read(first.next ?? '')
    expect(second.feed.activities).toHaveLength(10)
    expect(second.next).toBeUndefined()
    const walked = [...first.feed.activities, ...second.feed.activities].map(({ uuid }) => uuid)
    expect(new Set(walked).size).toBe(50)
    expect((await read('/api/activities/@prolific?limit=3')).feed.activities).toHaveLength(3)
  })

  it('neither shows nor counts what has expired', async () => {
    const { uuid } = await api.signUp('brief')
    await api.session.query(
      "insert into activities (user_uuid, message, expires_at) values ($1, 'Gone', now())",
      [uuid],
    )
    const { feed } = await read('/api/activities/@brief')
    expect(feed).toMatchObject({ profile: { cruds_count: 0 }, activities: [] })
  })

  it.each(['@nobody', '@%00', '@Zo%C3%AB', '@a%20b', '@\u212Aai', `@${'a'.repeat(31)}`, "@'--"])(
    'knows nobody as %j',
    async (handle) => {
      await api.session.query(
        "insert into users (handle, display_name) values ('kai', 'Kai') on conflict do nothing",
      )
      const response = await api.get(`/api/activities/${handle}`)
      expect(response.status).toBe(404)
      expect(await response.json()).toEqual(['user_not_found'])
    },
  )

  it('refuses a limit and a cursor at once', async () => {
    const response = await api.get('/api/activities/@andrewbrown?limit=101&cursor=x')
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual(['limit_invalid', 'cursor_invalid'])
  })
})
