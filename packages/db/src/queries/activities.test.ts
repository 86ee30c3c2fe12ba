import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { connect } from '../client.ts'
import type { JsonText } from '../json-text.ts'
import { openSession } from '../session.ts'
import { cloneDatabase } from '../testing.ts'
import { type Activity, insertCrud, insertReply } from './activities.ts'
import { deleteActivity } from './activities-delete.ts'

const { url, db, session } = await cloneDatabase()

async function signUp(handle: string) {
  const sub = randomUUID()
  await session.query(
    'insert into users (handle, display_name, cognito_user_id) values ($1, $1, $2)',
    [handle, sub],
  )
  return sub
}

const [di, ed] = [await signUp('di'), await signUp('ed')]

const read = (text: JsonText<Activity> | undefined): Activity => JSON.parse(text ?? 'null')

it('inserts a crud that lives as long as was asked', async () => {
  const crud = read(await insertCrud(db, { sub: di, message: 'Hello', ttlHours: 3 }))
  expect(crud).toMatchObject({ handle: 'di', message: 'Hello', replies_count: 0 })
  const lifetime = Date.parse(crud.expires_at ?? '') - Date.parse(crud.created_at)
  expect(lifetime).toBe(3 * 60 * 60 * 1000)
})

it('counts every one of many replies that arrive at once', async () => {
  const crud = read(await insertCrud(db, { sub: di, message: 'Everybody, answer', ttlHours: 1 }))
  const replies = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      insertReply(db, { sub: ed, message: `Answer ${n}`, replyTo: crud.uuid }),
    ),
  )
  expect(new Set(replies.map((reply) => read(reply).expires_at))).toEqual(
    new Set([crud.expires_at]),
  )
  const [row] = await session.query('select replies_count from activities where uuid = $1', [
    crud.uuid,
  ])
  expect(row).toEqual({ replies_count: 100 })
})

it('writes nothing for a stranger, an unknown crud or an expired one', async () => {
  const stranger = { sub: randomUUID(), message: 'Who am I?' }
  const crud = read(await insertCrud(db, { sub: di, message: 'Short-lived', ttlHours: 1 }))
  expect(await insertCrud(db, { ...stranger, ttlHours: 1 })).toBeUndefined()
  expect(await insertReply(db, { ...stranger, replyTo: crud.uuid })).toBeUndefined()
  expect(
    await insertReply(db, { sub: ed, message: 'To nothing', replyTo: randomUUID() }),
  ).toBeUndefined()
  await session.query('update activities set expires_at = now() where uuid = $1', [crud.uuid])
  expect(
    await insertReply(db, { sub: ed, message: 'Too late', replyTo: crud.uuid }),
  ).toBeUndefined()
  const [row] = await session.query('select replies_count from activities where uuid = $1', [
    crud.uuid,
  ])
  expect(row).toEqual({ replies_count: 0 })
})

it('takes a text whose first posts are deleted all the while', async () => {
  async function postAndDelete() {
    for (let n = 0; n < 10; n++) {
      const posted = read(await insertCrud(db, { sub: di, message: 'Now you see me', ttlHours: 1 }))
      await deleteActivity(db, { sub: di, uuid: posted.uuid })
    }
  }
  await Promise.all(Array.from({ length: 20 }, postAndDelete))
})

it.each([undefined, { key: 'k', digest: 'd' }])(
  'says a post again whose connection dies under it, with the key %j',
  async (request) => {
    const [holder, writer] = [openSession(url), connect(url, { poolSize: 1 })]
    const crud = { sub: di, message: `Twice, if need be, ${request?.key}`, ttlHours: 1, request }
    await holder.query('begin')
    await holder.query('select from users where cognito_user_id = $1 for update', [di])
    const posted = insertCrud(writer.db, crud)
    const waiting = () =>
      session.query<{ pid: number }>(`select pid from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`)
    await expect.poll(waiting).toHaveLength(1)
    const [first] = await waiting()
    await session.query('select pg_terminate_backend($1)', [first?.pid])
    await expect.poll(async () => (await waiting())[0]?.pid ?? first?.pid).not.toBe(first?.pid)
    await holder.query('commit')
    expect(read(await posted)).toMatchObject({ message: crud.message })
    const rows = await session.query('select from activities where message = $1', [crud.message])
    expect(rows).toHaveLength(1)
    await Promise.all([holder.close(), writer.close()])
  },
)
