import { describe, expect, it } from 'vitest'
import { openWorld } from './contract-routes.ts'
import { frontend } from './harness.ts'

const { api, send, write, di, ed, crud, reply, sent } = await openWorld()

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const counts = { replies_count: 0, reposts_count: 0, likes_count: 0 }
const byDi = { handle: 'di', display_name: 'di' }
const byEd = { handle: 'ed', display_name: 'ed' }
const ofDi = { uuid: di.uuid, cognito_user_uuid: di.sub, ...byDi, bio: null }

async function answerOf(method: string, path: string, given: Parameters<typeof send>[2] = {}) {
  const response = await send(method, path, given)
  expect(response.status, await response.clone().text()).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(response.headers.get('access-control-allow-origin')).toBe(frontend)
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  return response.json()
}
const get = (path: string, token?: string) => answerOf('GET', path, { token })

const root = { ...crud, replies_count: 1 }

describe('what is written is answered', () => {
  it('POST /api/activities', () => {
    expect(crud).toEqual({
      uuid,
      ...byDi,
      ...counts,
      message: 'Hello @ed',
      reply_to_activity_uuid: null,
      created_at: instant,
      expires_at: instant,
    })
  })

  it('POST /api/activities/:uuid/reply', () => {
    expect(reply).toEqual({
      uuid,
      ...byEd,
      ...counts,
      message: 'Hello @di',
      reply_to_activity_uuid: crud.uuid,
      created_at: instant,
      expires_at: crud.expires_at,
    })
  })

  it('POST /api/messages', async () => {
    const { message_group_uuid } = sent
    const first = { message_group_uuid: uuid, uuid, ...byDi, message: 'Between us' }
    expect(sent).toEqual({ ...first, created_at: instant })
    const second = { message: 'Yes', message_group_uuid, handle: 'nobody' }
    expect(await write('/api/messages', second, ed)).toEqual({
      message_group_uuid,
      uuid,
      ...byEd,
      message: 'Yes',
      created_at: instant,
    })
  })
})

it.each([
  ['30-days', 720],
  ['7-days', 168],
  ['3-days', 72],
  ['1-day', 24],
  ['12-hours', 12],
  ['3-hours', 3],
  ['1-hour', 1],
])('a crud of %s lives %i hours', async (ttl, hours) => {
  const { created_at = '', expires_at = '' } = await write(
    '/api/activities',
    { message: ttl, ttl },
    await api.signUp(`lives-${ttl}`),
  )
  expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(hours * 3_600_000)
})

describe('what was written is read', () => {
  it('GET /api/health-check', async () => {
    expect(await get('/api/health-check')).toEqual({ success: true, ver: 1 })
  })

  it('GET /api/activities/home, without replies', async () => {
    const home = (await get('/api/activities/home')) as { handle: string }[]
    expect(home.filter(({ handle }) => handle === 'di' || handle === 'ed')).toEqual([root])
  })

  it('GET /api/activities/search, with replies, the better match first', async () => {
    const found = await get('/api/activities/search?term=hello')
    expect(found).toHaveLength(2)
    expect(found).toEqual(expect.arrayContaining([root, reply]))
    expect(await get('/api/activities/search?term=%40ed')).toEqual([reply])
    expect(await get('/api/activities/search?term=zebra')).toEqual([])
  })

  it('GET /api/activities/notifications', async () => {
    expect(await get('/api/activities/notifications', di.token)).toEqual([reply])
    expect(await get('/api/activities/notifications', ed.token)).toEqual([root])
  })

  it('GET /api/activities/@:handle', async () => {
    const profile = { ...ofDi, cruds_count: 1 }
    expect(await get('/api/activities/@di')).toEqual({ profile, activities: [root] })
    expect(await get('/api/activities/@DI')).toEqual({ profile, activities: [root] })
    expect(await get('/api/activities/@ed')).toMatchObject({
      profile: { cruds_count: 0 },
      activities: [],
    })
  })

  it('GET a crud, by its author’s handle or its uuid alone', async () => {
    const thread = { activity: root, replies: [reply] }
    expect(await get(`/api/activities/@di/status/${crud.uuid}`)).toEqual(thread)
    expect(await get(`/api/activities/@Di/status/${crud.uuid?.toUpperCase()}`)).toEqual(thread)
    expect(await get(`/api/activities/${crud.uuid}`)).toEqual(thread)
    const leaf = { activity: reply, replies: [] }
    expect(await get(`/api/activities/${reply.uuid}`)).toEqual(leaf)
  })

  it('GET /api/users/me and /api/users/@:handle/short', async () => {
    expect(await get('/api/users/me', di.token)).toEqual({ ...ofDi, cruds_count: 1 })
    expect(await get('/api/users/@di/short')).toEqual({ uuid: di.uuid, ...byDi })
  })

  it('GET the groups of both, each with the other and the last message', async () => {
    const last = { uuid: sent.message_group_uuid, message: 'Yes', created_at: instant }
    expect(await get('/api/message_groups', di.token)).toEqual([{ ...last, ...byEd }])
    expect(await get('/api/message_groups', ed.token)).toEqual([{ ...last, ...byDi }])
  })

  it('GET the messages, oldest first', async () => {
    const { message_group_uuid, ...first } = sent
    const messages = await get(`/api/messages/${message_group_uuid}`, ed.token)
    expect(messages).toEqual([first, { uuid, ...byEd, message: 'Yes', created_at: instant }])
  })
})

it.each(['PUT', 'POST'])('%s /api/profile/update renames all that is theirs', async (method) => {
  const handle = `renamed-${method}`
  const person = await api.signUp(handle)
  const { token } = person
  await write('/api/activities', { message: 'Mine', ttl: '1-day' }, person)
  const body = { display_name: `By ${method}`, bio: 'New' }
  const edited = { uuid: person.uuid, handle, ...body }
  expect(await answerOf(method, '/api/profile/update', { token, body })).toEqual(edited)
  expect(await get('/api/users/me', token)).toMatchObject(edited)
  expect(await get(`/api/activities/@${handle}`)).toMatchObject({
    profile: edited,
    activities: [{ display_name: body.display_name }],
  })
})

it('DELETE a crud with what answers it, or a reply that no longer counts', async () => {
  const [gus, hal] = [await api.signUp('gus'), await api.signUp('hal')]
  const mine = await write('/api/activities', { message: 'Doomed', ttl: '1-day' }, gus)
  const path = `/api/activities/${mine.uuid}`
  const remove = async (uuid: string | undefined, { token }: { token: string }) =>
    expect(await answerOf('DELETE', `/api/activities/${uuid}`, { token })).toEqual({ uuid })
  const first = await write(`${path}/reply`, { message: 'First' }, hal)
  const second = await write(`${path}/reply`, { message: 'Second' }, hal)
  await remove(first.uuid, hal)
  expect(await get(path)).toEqual({ activity: { ...mine, replies_count: 1 }, replies: [second] })
  await remove(mine.uuid, gus)
  for (const gone of [mine, first, second]) {
    expect((await send('GET', `/api/activities/${gone.uuid}`)).status).toBe(404)
  }
})

it('DELETE /api/users/me', async () => {
  const { token, uuid } = await api.signUp('leaver')
  expect(await answerOf('DELETE', '/api/users/me', { token })).toEqual({ uuid })
  expect((await send('GET', '/api/activities/@leaver')).status).toBe(404)
})

describe('identity comes from the token alone, and unknown fields are ignored', () => {
  const asEd = {
    user_handle: 'ed',
    user_uuid: ed.uuid,
    cognito_user_id: ed.sub,
    sub: ed.sub,
    handle: 'ed',
    uuid: ed.uuid,
    created_at: '2001-01-01T00:00:00.000Z',
    expires_at: null,
    replies_count: 99,
    reply_to_activity_uuid: reply.uuid,
  }

  it.each([
    ['POST', '/api/activities', { message: 'As di', ttl: '1-hour' }],
    ['POST', `/api/activities/${crud.uuid}/reply`, { message: 'As di' }],
    ['POST', '/api/messages', { message: 'As di' }],
    ['POST', '/api/profile/update', { display_name: 'di' }],
    ['PUT', '/api/profile/update', { display_name: 'di' }],
  ])('%s %s', async (method, path, body) => {
    const answer = await answerOf(method, path, { token: di.token, body: { ...asEd, ...body } })
    expect(answer).toMatchObject({ handle: 'di', display_name: 'di' })
    expect(answer).not.toMatchObject({ created_at: asEd.created_at })
    expect(answer).not.toMatchObject({ replies_count: 99 })
    const theirs = await get('/api/users/me', ed.token)
    expect(theirs).toMatchObject({ ...byEd, uuid: ed.uuid, bio: null })
  })

  it('in the query as well', async () => {
    const me = await get(`/api/users/me?user_handle=ed&uuid=${ed.uuid}`, di.token)
    expect(me).toMatchObject({ uuid: di.uuid })
  })
})

describe('under one key twice is once', async () => {
  const path = '/api/activities'
  const rows: [path: string, body: Record<string, string>, field: string][] = [
    [path, { message: 'Keyed', ttl: '1-hour' }, 'message'],
    [`${path}/${crud.uuid}/reply`, { message: 'Keyed' }, 'message'],
    ['/api/messages', { message: 'Keyed', handle: 'ed' }, 'message'],
    ['/api/profile/update', { display_name: 'di', bio: 'Keyed' }, 'display_name'],
  ]
  it.each(rows)('POST %s', async (path, body, field) => {
    const headers = { 'idempotency-key': `of ${path}` }
    const post = (body: object, { token } = di) => send('POST', path, { token, body, headers })
    const [first, again] = await Promise.all([post(body), post(body)])
    expect([first.status, again.status]).toEqual([200, 200])
    const answer = await first.json()
    expect(await again.json()).toEqual(answer)
    const other = await post({ ...body, [field]: 'Something else' })
    expect(other.status).toBe(422)
    expect(await other.json()).toEqual(['idempotency_key_reused'])
    const another = await post({ ...body, handle: 'di' }, ed)
    expect(await another.json()).toMatchObject({ handle: 'ed' })
  })
})
