import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'

const api = await openApi()

interface Message {
  uuid: string
  display_name: string
  handle: string
  message: string
  created_at: string
}

type Sent = Message & { message_group_uuid: string }

async function signUp(handle: string) {
  const person = await api.signUp(handle)
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    api.app.request('/api/messages', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${person.token}`,
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
    })
  const send = async (body: unknown): Promise<Sent> => {
    const response = await post(body)
    expect(response.status).toBe(200)
    return (await response.json()) as Sent
  }
  const list = async (path: string) => {
    const response = await person.get(path)
    const next = /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
    return { response, items: (await response.json()) as Message[], next }
  }
  return { ...person, post, send, list }
}

const [di, ed, flo] = [await signUp('di'), await signUp('ed'), await signUp('flo')]

const message = {
  uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
  created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
}

const countMessages = async () => {
  const [row] = await api.session.query<{ count: number }>(
    'select count(*)::int as count from messages',
  )
  return row?.count
}

describe('POST /api/messages', () => {
  it('answers the message, its group and its sender, whichever way it is addressed', async () => {
    const first = await di.send({ message: 'Hello', handle: 'Ed', message_group_uuid: null })
    expect(first).toEqual({
      ...message,
      message_group_uuid: message.uuid,
      display_name: 'di',
      handle: 'di',
      message: 'Hello',
    })
    const { message_group_uuid } = first
    const second = await ed.send({ message: 'Hi', message_group_uuid })
    expect(second).toMatchObject({ message_group_uuid, handle: 'ed', message: 'Hi' })
    expect(second.uuid).not.toBe(first.uuid)
    const third = await ed.send({ message: 'And again', handle: 'di' })
    expect(third.message_group_uuid).toBe(message_group_uuid)
  })

  it('writes into the group that is named, whatever the handle is', async () => {
    const { message_group_uuid } = await di.send({ message: 'To ed', handle: 'ed' })
    for (const handle of ['flo', '', 7, null]) {
      const sent = await di.send({ message: 'Still to ed', message_group_uuid, handle })
      expect(sent.message_group_uuid).toBe(message_group_uuid)
    }
  })

  it('posts as the signed-in person, whoever the body names', async () => {
    const body = { message: 'As me', handle: 'ed', user_handle: 'ed', user_uuid: ed.uuid, sub: 'x' }
    expect(await di.send(body)).toMatchObject({ handle: 'di' })
  })

  it.each<[string, unknown, string[]]>([
    ['no receiver', { message: 'Hi' }, ['user_reciever_handle_blank']],
    ['a null one', { message: 'Hi', handle: null }, ['user_reciever_handle_blank']],
    ['a blank one', { message: 'Hi', handle: ' ' }, ['user_reciever_handle_blank']],
    ['a number', { message: 'Hi', handle: 7 }, ['user_reciever_handle_blank']],
    ['an @ before it', { message: 'Hi', handle: '@ed' }, ['user_reciever_handle_blank']],
    ['U+0000 in it', { message: 'Hi', handle: 'e\0d' }, ['user_reciever_handle_blank']],
    ['nobody', { message: 'Hi', handle: 'nobody' }, ['user_reciever_handle_blank']],
    ['oneself', { message: 'Hi', handle: 'DI' }, ['user_reciever_handle_blank']],
    ['an old key', { message: 'Hi', user_receiver_handle: 'ed' }, ['user_reciever_handle_blank']],
    ['a null group', { message: 'Hi', message_group_uuid: null }, ['user_reciever_handle_blank']],
    ['a blank group', { message: 'Hi', message_group_uuid: '' }, ['message_group_uuid_blank']],
    [
      'a blank group that wins',
      { message: 'Hi', message_group_uuid: ' ', handle: 'ed' },
      ['message_group_uuid_blank'],
    ],
    ['a number as group', { message: 'Hi', message_group_uuid: 7 }, ['message_group_uuid_blank']],
    ['no message', { handle: 'ed' }, ['message_blank']],
    ['a blank message', { message: ' \n ', handle: 'ed' }, ['message_blank']],
    [
      'a long message',
      { message: 'a'.repeat(1025), handle: 'ed' },
      ['message_exceed_max_chars_1024'],
    ],
    ['U+0000 in the message', { message: 'a\0b', handle: 'ed' }, ['message_invalid']],
    ['half a character', { message: 'a\ud800', handle: 'ed' }, ['message_invalid']],
    ['a message that is none', { message: 7, handle: 'ed' }, ['message_invalid']],
    ['nothing at all', {}, ['message_blank', 'user_reciever_handle_blank']],
    [
      'everything wrong',
      { message: '', message_group_uuid: '', handle: '' },
      ['message_blank', 'message_group_uuid_blank'],
    ],
    [
      'too long and void, to nobody',
      { message: `\0${'a'.repeat(1024)}`, handle: '' },
      ['message_exceed_max_chars_1024', 'message_invalid', 'user_reciever_handle_blank'],
    ],
  ])('refuses %s', async (_, body, codes) => {
    const before = await countMessages()
    const response = await di.post(body)
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual(codes)
    expect(await countMessages()).toBe(before)
  })

  it.each([[[]], ['text'], [null], [7], [undefined]])(
    'refuses %j, which is no object',
    async (body) => {
      const response = await di.post(body)
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual(['body_malformed'])
    },
  )

  it('takes 1024 characters, each of two code units', async () => {
    const long = '🎉'.repeat(1024)
    expect((await di.send({ message: long, handle: 'ed' })).message).toBe(long)
  })

  it('makes one group of fifty first messages at once, from both sides', async () => {
    const [gil, hal] = [await signUp('gil'), await signUp('hal')]
    const sent = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        n % 2 === 0
          ? gil.send({ message: `From gil ${n}`, handle: 'hal' })
          : hal.send({ message: `From hal ${n}`, handle: 'gil' }),
      ),
    )
    expect(new Set(sent.map((one) => one.message_group_uuid)).size).toBe(1)
    for (const one of [gil, hal]) {
      const { items } = await one.list('/api/message_groups')
      expect(items.map(({ uuid }) => uuid)).toEqual([sent[0]?.message_group_uuid])
    }
    const { items } = await gil.list(`/api/messages/${sent[0]?.message_group_uuid}`)
    expect(items.map(({ uuid }) => uuid).toSorted()).toEqual(
      sent.map(({ uuid }) => uuid).toSorted(),
    )
  })
})

describe('an Idempotency-Key', () => {
  it('sends once, however often and however simultaneously it is asked', async () => {
    const [ida, jo] = [await signUp('ida'), await signUp('jo')]
    const key = { 'idempotency-key': randomUUID() }
    const before = await countMessages()
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => ida.post({ message: 'Once', handle: 'jo' }, key)),
    )
    responses.push(await ida.post({ message: 'Once', handle: 'jo' }, key))
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    const texts = new Set(await Promise.all(responses.map((response) => response.text())))
    expect(texts.size).toBe(1)
    expect(await countMessages()).toBe((before ?? 0) + 1)
    expect((await jo.list('/api/message_groups')).items).toMatchObject([{ message: 'Once' }])
  })

  it('is one person’s, and for one request', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const first = await di.post({ message: 'Mine', handle: 'flo' }, key)
    const others = await ed.post({ message: 'Mine', handle: 'flo' }, key)
    expect([first.status, others.status]).toEqual([200, 200])
    expect(await others.json()).toMatchObject({ handle: 'ed' })
    const reused = await di.post({ message: 'Another', handle: 'flo' }, key)
    expect(reused.status).toBe(422)
    expect(await reused.json()).toEqual(['idempotency_key_reused'])
  })

  it('keeps nothing of a refusal', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const body = { message: 'Are you there?', handle: 'late' }
    expect((await di.post(body, key)).status).toBe(422)
    await signUp('late')
    expect((await di.post(body, key)).status).toBe(200)
  })

  it('is the same message without one: sent as often as it is said', async () => {
    const [one, two] = [
      await di.send({ message: 'ok', handle: 'ed' }),
      await di.send({ message: 'ok', handle: 'ed' }),
    ]
    expect(one.uuid).not.toBe(two.uuid)
  })
})

describe('GET /api/message_groups', () => {
  it('answers each group with the other person and its last message, the latest first', async () => {
    const [kai, lea, max] = [await signUp('kai'), await signUp('lea'), await signUp('max')]
    expect((await kai.list('/api/message_groups')).items).toEqual([])
    const early = await lea.send({ message: 'Early', handle: 'kai' })
    await max.send({ message: 'Late', handle: 'kai' })
    const latest = await kai.send({ message: 'Latest', handle: 'lea' })
    // What is sent within one millisecond has no order of its own.
    await api.session.query(
      "update messages set created_at = created_at - interval '1 s' where uuid <> $1",
      [latest.uuid],
    )
    const { response, items } = await kai.list('/api/message_groups')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(items).toEqual([
      {
        ...message,
        uuid: early.message_group_uuid,
        display_name: 'lea',
        handle: 'lea',
        message: 'Latest',
      },
      { ...message, display_name: 'max', handle: 'max', message: 'Late' },
    ])
    expect((await lea.list('/api/message_groups')).items).toMatchObject([
      { handle: 'kai', message: 'Latest', created_at: latest.created_at },
    ])
  })

  it('is walked along Link', async () => {
    const ned = await signUp('ned')
    for (const handle of ['ora', 'pat', 'quin']) {
      const other = await signUp(handle)
      await other.send({ message: 'Hello', handle: 'ned' })
    }
    const { items: all } = await ned.list('/api/message_groups')
    const first = await ned.list('/api/message_groups?limit=2')
    const second = await ned.list(first.next ?? '')
    expect([...first.items, ...second.items]).toEqual(all)
    expect(second.next).toBeUndefined()
  })
})

describe('GET /api/messages/:message_group_uuid', () => {
  it('answers the newest fifty, oldest first, and leads to the older ones', async () => {
    const [rae, sam] = [await signUp('rae'), await signUp('sam')]
    const { message_group_uuid } = await rae.send({ message: 'Message 0', handle: 'sam' })
    for (let n = 1; n < 60; n++) {
      await (n % 2 ? sam : rae).send({ message: `Message ${n}`, message_group_uuid })
    }
    await api.session.query(
      `update messages set created_at = now() + make_interval(secs => substr(message, 9)::int)
       where message_group_uuid = $1`,
      [message_group_uuid],
    )
    const texts = (items: Message[]) => items.map((item) => item.message)
    const said = Array.from({ length: 60 }, (_, n) => `Message ${n}`)
    const newest = await sam.list(`/api/messages/${message_group_uuid}`)
    expect(newest.response.status).toBe(200)
    expect(newest.items[0]).toEqual({
      ...message,
      display_name: 'rae',
      handle: 'rae',
      message: 'Message 10',
    })
    expect(texts(newest.items)).toEqual(said.slice(10))
    const older = await sam.list(newest.next ?? '')
    expect(texts(older.items)).toEqual(said.slice(0, 10))
    expect(older.next).toBeUndefined()
  })
})

describe('of three people', async () => {
  const { message_group_uuid } = await di.send({ message: 'Between di and ed', handle: 'ed' })
  await flo.send({ message: 'Between flo and ed', handle: 'ed' })

  it.each([
    { who: di, status: 200 },
    { who: ed, status: 200 },
    { who: flo, status: 404 },
  ])('$who.handle reads and writes the group of di and ed: $status', async ({ who, status }) => {
    const before = (await countMessages()) ?? 0
    const listed = await who.list('/api/message_groups')
    expect(listed.items.some(({ uuid }) => uuid === message_group_uuid)).toBe(status === 200)
    const read = await who.list(`/api/messages/${message_group_uuid}`)
    const written = await who.post({ message: 'Me too', message_group_uuid })
    expect([read.response.status, written.status]).toEqual([status, status])
    if (status === 200) return
    expect(read.items).toEqual(['message_group_not_found'])
    expect(await written.json()).toEqual(['message_group_not_found'])
    expect(await countMessages()).toBe(before)
  })

  it.each([randomUUID(), 'not-a-uuid', '%00', "'%20or%201=1"])('no group is %s', async (uuid) => {
    const read = await di.get(`/api/messages/${uuid}`)
    const written = await di.post({
      message: 'Hello',
      message_group_uuid: decodeURIComponent(uuid),
    })
    for (const response of [read, written]) {
      expect(response.status).toBe(404)
      expect(await response.json()).toEqual(['message_group_not_found'])
    }
  })
})

it.each([
  ['GET', '/api/message_groups'],
  ['GET', `/api/messages/${randomUUID()}`],
  ['POST', '/api/messages'],
])('%s %s wants a viewer', async (method, path) => {
  const body = method === 'POST' ? JSON.stringify({ message: 'Hi', handle: 'ed' }) : null
  const headers = { authorization: 'Bearer null', 'content-type': 'application/json' }
  const response = await api.app.request(path, { method, headers, body })
  expect(response.status).toBe(401)
  expect(await response.json()).toEqual(['generic_401'])
})

it.each(['/api/message_groups', `/api/messages/${randomUUID()}`])(
  'GET %s refuses a limit and a cursor that are none',
  async (path) => {
    const response = await di.get(`${path}?limit=0&cursor=x`)
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual(['limit_invalid', 'cursor_invalid'])
  },
)
