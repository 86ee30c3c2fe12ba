import { expect, expectTypeOf, it } from 'vitest'
import type { Route } from '../src/api.ts'
import { type Answer, CruddurError, createClient, type ErrorCode } from '../src/index.ts'
import type { Operations } from '../src/operations.ts'
import { openClients } from './harness.ts'

const { signUp, anybody, asked, fetch } = await openClients()
const [di, ed] = [await signUp('di'), await signUp('ed')]

const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable(),
    (error: CruddurError) => error,
  )
const lastAsked = () => asked.at(-1)

it('posts, answers, reads and deletes', async () => {
  const crud = await di.client.post({ message: 'Hello @ed', ttl: '1-day' })
  expect(crud).toMatchObject({ handle: 'di', message: 'Hello @ed', replies_count: 0 })
  const reply = await ed.client.reply({ uuid: crud.uuid, message: 'Hello' })
  const thread = await anybody.thread({ uuid: crud.uuid })
  expect(thread).toEqual({ activity: { ...crud, replies_count: 1 }, replies: [reply] })
  expect(await anybody.home()).toEqual([thread.activity])
  expect((await anybody.profile({ handle: 'DI' })).activities).toEqual([thread.activity])
  expect(await ed.client.deleteActivity({ uuid: reply.uuid })).toEqual({ uuid: reply.uuid })
  expect((await anybody.thread({ uuid: crud.uuid })).replies).toEqual([])
})

it('knows the viewer and others', async () => {
  const profile = { display_name: 'Di', bio: 'Owls.' }
  expect(await di.client.updateProfile(profile)).toEqual({
    uuid: di.uuid,
    handle: 'di',
    ...profile,
  })
  expect(await di.client.me()).toMatchObject(profile)
  const person = { uuid: di.uuid, handle: 'di', display_name: 'Di' }
  expect(await anybody.person({ handle: 'di' })).toEqual(person)
  expect(await anybody.health()).toEqual({ success: true, ver: 1 })
})

it('writes to a person and into their group', async () => {
  const { message_group_uuid, ...first } = await di.client.sendMessage({
    message: 'Hello',
    handle: 'ed',
  })
  const second = await ed.client.sendMessage({ message: 'Hi', message_group_uuid })
  expect(second).toMatchObject({ message_group_uuid, handle: 'ed', message: 'Hi' })
  const [group] = await di.client.messageGroups()
  expect(group).toMatchObject({ uuid: message_group_uuid, handle: 'ed', message: 'Hi' })
  expect((await di.client.messages({ message_group_uuid }))[0]).toEqual(first)
})

it('goes through every page once, wherever the link leads', async () => {
  const { client } = await signUp('flo')
  for (let n = 0; n < 5; n++) await client.post({ message: `Number ${n}`, ttl: '1-day' })
  const pages = []
  for await (const { activities } of anybody.profile.pages({ handle: 'flo', limit: 2 })) {
    pages.push(activities.map(({ message }) => message))
  }
  expect(pages).toEqual([['Number 4', 'Number 3'], ['Number 2', 'Number 1'], ['Number 0']])

  const linked = '<https://elsewhere.example/stolen?cursor=a%2Bb>; rel="next"'
  const urls: string[] = []
  const redirected = createClient({
    baseUrl: 'http://api/stage',
    fetch: (url) => {
      urls.push(url)
      return Response.json([], urls.length === 1 ? { headers: { link: linked } } : {})
    },
  })
  for await (const _ of redirected.home.pages({ limit: 1 }));
  expect(urls).toEqual([
    'http://api/stage/api/activities/home?limit=1',
    'http://api/stage/api/activities/home?limit=1&cursor=a%2Bb',
  ])
})

it('finds and notifies', async () => {
  const { client } = await signUp('gil')
  const { uuid } = await di.client.post({ message: 'Zebras, @gil', ttl: '1-day' })
  expect(await client.notifications()).toMatchObject([{ uuid }])
  expect(await anybody.search({ term: 'zebra', limit: 1 })).toMatchObject([{ uuid }])
})

it('leaves', async () => {
  const { client, uuid } = await signUp('hal')
  expect(await client.leave()).toEqual({ uuid })
  const error = await refusalOf(anybody.person({ handle: 'hal' }))
  expect(error).toMatchObject({ status: 404, codes: ['user_not_found'] })
})

it('throws the codes of a refusal', async () => {
  const error = await refusalOf(
    di.client.post({ message: '', ttl: 'forever' as unknown as '1-day' }),
  )
  expect(error).toBeInstanceOf(CruddurError)
  expect(error).toMatchObject({ status: 422, codes: ['message_blank', 'ttl_blank'] })
  expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/)
  expect(error.retryAfterSeconds).toBeUndefined()
  expect(await refusalOf(anybody.me())).toMatchObject({ status: 401, codes: ['generic_401'] })
})

it.each([
  [Response.json(['rate_limited'], { status: 429, headers: { 'retry-after': '7' } }), 429, 7],
  [new Response('<h1>Bad gateway</h1>', { status: 502 }), 502, undefined],
  [Response.json({ message: 'Forbidden' }, { status: 403 }), 403, undefined],
])('throws what is not the API’s own as well: %#', async (response, status, retryAfterSeconds) => {
  const client = createClient({ baseUrl: '', fetch: () => response })
  const codes = status === 429 ? ['rate_limited'] : []
  expect(await refusalOf(client.home())).toMatchObject({ status, codes, retryAfterSeconds })
})

it('passes network failures on, and stops when it is told to', async () => {
  const nowhere = createClient({ baseUrl: 'http://127.0.0.1:9' })
  expect(await refusalOf(nowhere.health())).toBeInstanceOf(TypeError)
  const { signal } = { signal: AbortSignal.abort(new Error('Enough')) }
  const error = await refusalOf(createClient({ baseUrl: 'http://127.0.0.1:9' }).home({ signal }))
  expect(error.message).toBe('Enough')
})

it('asks for the token before each request, and sends what belongs to it', async () => {
  const tokens = [di.token, ed.token, null]
  const client = createClient({
    baseUrl: 'http://api',
    getToken: async () => tokens.shift(),
    fetch,
  })
  expect([(await client.me()).handle, (await client.me()).handle]).toEqual(['di', 'ed'])
  await client.home({ limit: undefined })
  expect(lastAsked()).toEqual({
    url: 'http://api/api/activities/home',
    init: { method: 'GET', headers: {} },
  })
})

it('posts once under one key', async () => {
  const body = { message: 'Only once', ttl: '1-hour', idempotencyKey: 'k1' } as const
  expect(await di.client.post(body)).toEqual(await di.client.post(body))
  expect(lastAsked()?.init.headers).toMatchObject({ 'idempotency-key': 'k1' })
  const other = await refusalOf(di.client.post({ ...body, message: 'Something else' }))
  expect(other.codes).toEqual(['idempotency_key_reused'])
})

it('is typed by the routes, of which none is missing', () => {
  type Twice =
    | readonly ['$post', '/api/profile/update']
    | readonly ['$get', '/api/activities/@:handle/status/:uuid']
  type Known = Operations[keyof Operations]
  expectTypeOf<Exclude<Route, Known>>().toExtend<Twice>()
  expectTypeOf<CruddurError['codes'][number]>().toEqualTypeOf<ErrorCode>()
  expectTypeOf<Answer<'home'>>().toEqualTypeOf<Answer<'post'>[]>()
  expectTypeOf<Answer<'post'>['expires_at']>().toEqualTypeOf<string | null>()
  // @ts-expect-error there is no such lifetime
  void (() => di.client.post({ message: '', ttl: '2-days' }))
  // @ts-expect-error a thread is a crud’s
  void (() => anybody.thread())
  // @ts-expect-error a person is not a list
  void (() => anybody.person.pages({ handle: 'di' }))
  // @ts-expect-error only a POST has a key
  void (() => anybody.home({ idempotencyKey: 'k' }))
})
