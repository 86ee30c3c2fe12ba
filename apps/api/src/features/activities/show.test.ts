import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'
import { type Activity, callsOf } from './calls.testing.ts'

const api = await openApi()
const { crud, reply } = callsOf(api)
const [di, ed] = [await api.signUp('Di'), await api.signUp('ed')]
const parent = await crud(di, 'Five answers, please')
const replies: Activity[] = []
for (let n = 1; n <= 5; n++) replies.unshift(await reply(ed, parent.uuid, `Answer ${n}`))

const paths: [string, (uuid: string) => string][] = [
  ['/api/activities/@:handle/status/:uuid', (uuid) => `/api/activities/@Di/status/${uuid}`],
  ['/api/activities/:uuid', (uuid) => `/api/activities/${uuid}`],
]

describe.each(paths)('GET %s', (_, pathOf) => {
  it('answers the crud and its replies, newest first', async () => {
    const response = await api.get(pathOf(parent.uuid))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ activity: { ...parent, replies_count: 5 }, replies })
    expect(response.headers.get('link')).toBeNull()
  })

  it('is walked page by page along Link', async () => {
    const walked: Activity[] = []
    let path: string | undefined = `${pathOf(parent.uuid)}?limit=2`
    while (path !== undefined) {
      const response = await api.get(path)
      const page = (await response.json()) as { activity: Activity; replies: Activity[] }
      expect(page.activity.uuid).toBe(parent.uuid)
      expect(page.replies.length).toBeLessThanOrEqual(2)
      walked.push(...page.replies)
      path = /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
    }
    expect(walked).toEqual(replies)
  })

  it('needs no viewer, and minds none', async () => {
    for (const authorization of ['Bearer null', 'Bearer a b', `Bearer ${ed.token}`]) {
      const response = await api.get(pathOf(parent.uuid), { authorization })
      expect(response.status).toBe(200)
    }
  })

  it('has no replies where there are none', async () => {
    const lonely = await crud(di, 'Nobody answers')
    expect(await (await api.get(pathOf(lonely.uuid))).json()).toEqual({
      activity: lonely,
      replies: [],
    })
  })

  it.each([randomUUID(), 'no-uuid', '0', '0%00', '-%20--', "1'%20or%20'1'='1"])(
    'knows no crud %s',
    async (uuid) => {
      const response = await api.get(pathOf(uuid))
      expect(response.status).toBe(404)
      expect(await response.json()).toEqual(['activity_not_found'])
    },
  )

  it('shows nothing that has expired, from that very instant', async () => {
    const short = await crud(di, 'Short-lived')
    const answer = await reply(ed, short.uuid, 'As short')
    await api.session.query(
      'update activities set expires_at = now() where uuid = $1 or reply_to_activity_uuid = $1',
      [short.uuid],
    )
    for (const { uuid } of [short, answer]) {
      const response = await api.get(pathOf(uuid))
      expect(response.status).toBe(404)
      expect(await response.json()).toEqual(['activity_not_found'])
    }
  })

  it.each([
    ['limit=0', ['limit_invalid']],
    ['limit=101&cursor=x', ['limit_invalid', 'cursor_invalid']],
  ])('refuses ?%s', async (query, codes) => {
    const response = await api.get(`${pathOf(parent.uuid)}?${query}`)
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual(codes)
  })

  it('names the methods that there are', async () => {
    const response = await api.app.request(pathOf(parent.uuid), { method: 'PATCH' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toMatch(/^GET, HEAD/)
  })
})

it.each(['di', 'DI', 'Di'])('finds the crud of @%s', async (handle) => {
  const response = await api.get(`/api/activities/@${handle}/status/${parent.uuid}`)
  expect(response.status).toBe(200)
})

it.each([
  ['ed', 'activity_not_found'],
  ['nobody', 'user_not_found'],
  ['d', 'user_not_found'],
  ['di.', 'user_not_found'],
])('finds no crud of @%s: %s', async (handle, code) => {
  const response = await api.get(`/api/activities/@${handle}/status/${parent.uuid}`)
  expect(response.status).toBe(404)
  expect(await response.json()).toEqual([code])
})

it('shows a reply with what answers it', async () => {
  const [last] = replies
  const answer = await reply(di, last?.uuid ?? '', 'Thank you')
  const thread = await (await api.get(`/api/activities/@ed/status/${last?.uuid}`)).json()
  expect(thread).toEqual({ activity: { ...last, replies_count: 1 }, replies: [answer] })
})

it.each(['home', 'search', 'notifications'])('leaves /api/activities/%s alone', async (name) => {
  const response = await api.app.request(`/api/activities/${name}`, { method: 'DELETE' })
  expect([404, 405]).toContain(response.status)
  expect(await response.json()).not.toEqual(['activity_not_found'])
})
