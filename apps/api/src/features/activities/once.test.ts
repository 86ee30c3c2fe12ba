import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'
import { callsOf } from './calls.testing.ts'

const api = await openApi()
const { post, crud, reply, read, remove } = callsOf(api)
const [di, ed] = [await api.signUp('di'), await api.signUp('ed')]
const path = '/api/activities'
const ttl = '1-hour'
const uuidsOf = (posts: { uuid: string }[]) => new Set(posts.map(({ uuid }) => uuid))
const fifty = <T>(work: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: 50 }, (_, n) => work(n)))
const count = async (table: string, where: string, value: string) =>
  (await api.session.query(`select count(*)::int from ${table} where ${where} = $1`, [value]))[0]
    ?.count

/** Lets the ten seconds of a crud's claim be over. */
const letTenSecondsPass = (uuid: string) =>
  api.session.query(
    `update recent_posts set created_at = created_at - interval '10 seconds',
       repeat_until = repeat_until - interval '10 seconds' where activity_uuid = $1`,
    [uuid],
  )

describe('the same text again', () => {
  it('is one crud, however many arrive at once and whatever their ttl', async () => {
    const ttls = ['1-hour', '7-days', '30-days']
    const posts = await fifty((n) => crud(di, 'Once only', ttls[n % 3]))
    expect(uuidsOf(posts).size).toBe(1)
    expect(new Set(posts.map((each) => JSON.stringify(each))).size).toBe(1)
    expect(await count('activities', 'message', 'Once only')).toBe(1)
  })

  it('is one reply, which is counted once and told once', async () => {
    const parent = await crud(di, 'Answer me once')
    const posts = await fifty(() => reply(ed, parent.uuid, 'Once'))
    expect(uuidsOf(posts).size).toBe(1)
    expect(await count('activities', 'reply_to_activity_uuid', parent.uuid)).toBe(1)
    expect(await count('notifications', 'activity_uuid', posts[0]?.uuid ?? '')).toBe(1)
    const [row] = await api.session.query('select replies_count from activities where uuid = $1', [
      parent.uuid,
    ])
    expect(row).toEqual({ replies_count: 1 })
  })

  it('is another post from another person, under another parent, or in other letters', async () => {
    const first = await crud(di, 'Hello')
    const second = await crud(ed, 'Hello')
    const others = [
      await crud(di, 'hello'),
      await crud(di, 'Hello '),
      await reply(di, first.uuid, 'Hello'),
      await reply(di, second.uuid, 'Hello'),
    ]
    expect(uuidsOf([first, second, ...others]).size).toBe(6)
  })

  it('is a new crud after ten seconds', async () => {
    const first = await crud(di, 'Again and again')
    await letTenSecondsPass(first.uuid)
    const posts = await fifty(() => crud(di, 'Again and again'))
    expect(uuidsOf(posts).size).toBe(1)
    expect(posts[0]?.uuid).not.toBe(first.uuid)
    expect(await count('activities', 'message', 'Again and again')).toBe(2)
  })

  it('is a new crud at once when the first was deleted', async () => {
    const first = await crud(di, 'Slip of the tongue')
    await remove(di, first.uuid)
    const second = await crud(di, 'Slip of the tongue')
    expect(second.uuid).not.toBe(first.uuid)
  })

  it('is a new crud at once when the first has expired', async () => {
    const first = await crud(di, 'Gone in a second')
    await api.session.query('update activities set expires_at = now() where uuid = $1', [
      first.uuid,
    ])
    const posts = await fifty(() => crud(di, 'Gone in a second'))
    expect(uuidsOf([first, ...posts]).size).toBe(2)
  })

  it('answers the first as it is now', async () => {
    const first = await crud(di, 'Count me')
    await reply(ed, first.uuid, 'One')
    expect(await crud(di, 'Count me')).toEqual({ ...first, replies_count: 1 })
  })
})

describe('an Idempotency-Key', () => {
  const keyed = (key: string) => ({ 'idempotency-key': key })

  it('is one crud, however many arrive at once', async () => {
    const key = randomUUID()
    const posts = await fifty(() =>
      read(post(di, path, { message: 'By its key', ttl }, keyed(key))),
    )
    expect(uuidsOf(posts).size).toBe(1)
    expect(await count('activities', 'message', 'By its key')).toBe(1)
  })

  it('is one reply, which is counted once', async () => {
    const parent = await crud(di, 'Answer by key')
    const key = randomUUID()
    const send = () => post(ed, `${path}/${parent.uuid}/reply`, { message: 'Keyed' }, keyed(key))
    const posts = await fifty(() => read(send()))
    expect(uuidsOf(posts).size).toBe(1)
    const [row] = await api.session.query('select replies_count from activities where uuid = $1', [
      parent.uuid,
    ])
    expect(row).toEqual({ replies_count: 1 })
  })

  it('makes two keys two cruds of the same text, and leaves the guard alone', async () => {
    const send = (key: string) =>
      read(post(di, path, { message: 'Twice on purpose', ttl }, keyed(key)))
    const posts = [await send('first'), await send('second'), await crud(di, 'Twice on purpose')]
    expect(uuidsOf(posts).size).toBe(3)
  })

  it('answers the same text to the letter, whatever has happened since', async () => {
    const key = randomUUID()
    const send = () => post(di, path, { message: 'To the letter', ttl }, keyed(key))
    const first = await (await send()).text()
    await reply(ed, JSON.parse(first).uuid, 'Something happened')
    expect(await (await send()).text()).toBe(first)
  })

  it('is each person’s own', async () => {
    const key = randomUUID()
    const body = { message: 'Ours', ttl }
    const mine = await read(post(di, path, body, keyed(key)))
    const yours = await read(post(ed, path, body, keyed(key)))
    expect(yours).toMatchObject({ handle: 'ed' })
    expect(yours.uuid).not.toBe(mine.uuid)
  })

  it('is refused for another body or another path', async () => {
    const key = randomUUID()
    const parent = await read(post(di, path, { message: 'Key taken', ttl }, keyed(key)))
    for (const [where, body] of [
      [path, { message: 'Something else', ttl }],
      [path, { message: 'Key taken', ttl: '1-day' }],
      [`${path}/${parent.uuid}/reply`, { message: 'Key taken' }],
    ] as const) {
      const response = await post(di, where, body, keyed(key))
      expect(response.status).toBe(422)
      expect(await response.json()).toEqual(['idempotency_key_reused'])
    }
    const [row] = await api.session.query('select replies_count from activities where uuid = $1', [
      parent.uuid,
    ])
    expect(row).toEqual({ replies_count: 0 })
  })

  it.each(['deleted', 'expired'])('answers 404 once its crud is %s', async (how) => {
    const key = randomUUID()
    const send = () => post(di, path, { message: `To be ${how}`, ttl }, keyed(key))
    const { uuid } = await read(send())
    if (how === 'deleted') await remove(di, uuid)
    else {
      await api.session.query('update activities set expires_at = now() where uuid = $1', [uuid])
    }
    const response = await send()
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual(['activity_not_found'])
  })

  it('is free again after a day', async () => {
    const key = randomUUID()
    const send = () => read(post(di, path, { message: 'Every day', ttl }, keyed(key)))
    const first = await send()
    await api.session.query(
      "update idempotency_keys set created_at = now() - interval '24 hours' where activity_uuid = $1",
      [first.uuid],
    )
    const again = await fifty(send)
    expect(uuidsOf([first, ...again]).size).toBe(2)
  })
})
