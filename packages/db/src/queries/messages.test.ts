import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Page, Position } from '../json-text.ts'
import { seed } from '../seed.ts'
import { cloneDatabase } from '../testing.ts'
import { listMessageGroups } from './message-groups.ts'
import { listMessages } from './messages.ts'
import { insertMessage, type MessageTarget, type SentMessage } from './messages-send.ts'
import { upsertPerson } from './people.ts'

const poolSize = 20
const { db, session, url } = await cloneDatabase({ poolSize })

async function signUp(handle: string) {
  const sub = randomUUID()
  const { uuid } = await upsertPerson(db, { sub, handle, name: handle.toUpperCase() })
  return { sub, uuid, handle }
}

type Person = Awaited<ReturnType<typeof signUp>>

async function send(from: Person, to: MessageTarget, message: string): Promise<SentMessage> {
  return JSON.parse((await insertMessage(db, { sub: from.sub, to, message })) ?? 'null')
}

const read = <T>(page: Page<T> | undefined): T[] => JSON.parse(page?.items ?? 'null')

async function walk<T>(list: (after: Position | undefined) => Promise<Page<T> | undefined>) {
  const pages: T[][] = []
  let after: Position | undefined
  do {
    const page = await list(after)
    pages.push(read(page))
    after = page?.next
  } while (after)
  return pages
}

const countRows = async (...people: Person[]) => {
  const [row] = await session.query(
    `select
       (select count(*)::int from message_groups where first_user_uuid in ($1, $2)
         or second_user_uuid in ($1, $2)) as groups,
       (select count(*)::int from messages where user_uuid in ($1, $2)) as messages`,
    people.map((person) => person.uuid),
  )
  return row
}

const countHeldBack = async () => {
  const [row] = await session.query<{ count: number }>(
    `select count(distinct pid)::int as count from pg_locks
     where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`,
  )
  return row?.count
}

describe('a pair of people', () => {
  it.each(['first', 'second'])('has one group, whoever begins: the %s', async (which) => {
    const [one, other] = [await signUp(`one-${which}`), await signUp(`other-${which}`)]
    const [from, to] = one.uuid < other.uuid === (which === 'first') ? [one, other] : [other, one]
    const hello = await send(from, { handle: to.handle.toUpperCase() }, 'Hello')
    const answer = await send(to, { handle: from.handle }, 'Hello yourself')
    expect(answer.message_group_uuid).toBe(hello.message_group_uuid)
    expect(await countRows(from, to)).toEqual({ groups: 1, messages: 2 })
  })

  it('has one group after fifty first messages at once, from both sides, and all of them', async () => {
    const [ann, bob] = [await signUp('ann'), await signUp('bob')]
    const sending: Promise<SentMessage>[] = []
    // Held back until a poolful of them has looked for the group and seen none.
    await session.transaction(async () => {
      await session.query('select from users where uuid = $1 for update', [ann.uuid])
      for (let n = 0; n < 50; n++) {
        const [from, to] = n % 2 === 0 ? [ann, bob] : [bob, ann]
        sending.push(send(from, { handle: to.handle }, `Message ${n}`))
      }
      await expect.poll(countHeldBack).toBe(poolSize)
    })
    const sent = await Promise.all(sending)
    expect(new Set(sent.map((message) => message?.message_group_uuid)).size).toBe(1)
    expect(new Set(sent.map((message) => message?.uuid)).size).toBe(50)
    expect(await countRows(ann, bob)).toEqual({ groups: 1, messages: 50 })
  })

  it('reads every message under the name its sender has today', async () => {
    const [cat, dan] = [await signUp('cat'), await signUp('dan')]
    const sent = await send(cat, { handle: 'dan' }, 'Before')
    expect(sent).toEqual({
      message_group_uuid: expect.any(String),
      uuid: expect.any(String),
      display_name: 'CAT',
      handle: 'cat',
      message: 'Before',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    await session.query("update users set handle = 'kat', display_name = 'Kat' where uuid = $1", [
      cat.uuid,
    ])
    const { message_group_uuid: messageGroupUuid, ...message } = sent
    const renamed = { ...message, handle: 'kat', display_name: 'Kat' }
    const page = await listMessages(db, { sub: dan.sub, messageGroupUuid, limit: 50 })
    expect(read(page)).toEqual([renamed])
    const groups = read(await listMessageGroups(db, { sub: dan.sub, limit: 50 }))
    expect(groups).toEqual([{ ...renamed, uuid: messageGroupUuid }])
  })

  it('loses its group with the person who leaves', async () => {
    const [una, vic] = [await signUp('una'), await signUp('vic')]
    const hello = await send(una, { handle: 'vic' }, 'Stay')
    const target = { messageGroupUuid: hello.message_group_uuid }
    const late: Promise<SentMessage>[] = []
    await session.transaction(async () => {
      await session.query('delete from users where uuid = $1', [vic.uuid])
      late.push(send(una, target, 'Wait!'), send(una, { handle: 'vic' }, 'Wait!'))
      await expect.poll(countHeldBack).toBe(2)
    })
    expect(await Promise.all(late)).toEqual([null, null])
    expect(read(await listMessageGroups(db, { sub: una.sub, limit: 50 }))).toEqual([])
    expect(await listMessages(db, { sub: una.sub, ...target, limit: 50 })).toBeUndefined()
    expect(await send(una, target, 'Hello?')).toBeNull()
    expect(await send(una, { handle: 'vic' }, 'Hello?')).toBeNull()
  })
})

describe('a group', () => {
  it('is walked from the newest page to the oldest, each oldest first, without a gap', async () => {
    const [eve, fay] = [await signUp('eve'), await signUp('fay')]
    const { message_group_uuid: messageGroupUuid } = await send(eve, { handle: 'fay' }, 'One')
    for (const message of ['Two', 'Three', 'Four', 'Five']) {
      await send(fay, { messageGroupUuid }, message)
    }
    // Three of the five in one millisecond.
    await session.query(
      `update messages set created_at = '2026-01-02T03:04:05.678Z'
       where message_group_uuid = $1 and message in ('Two', 'Three', 'Four')`,
      [messageGroupUuid],
    )
    const list = (limit: number) => (after: Position | undefined) =>
      listMessages(db, { sub: eve.sub, messageGroupUuid, limit, after })
    const [all = []] = await walk(list(50))
    expect(all.map((message) => message.created_at)).toEqual(
      all.map((message) => message.created_at).toSorted(),
    )
    expect(all).toHaveLength(5)
    const pages = await walk(list(2))
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1])
    expect(pages.toReversed().flat()).toEqual(all)
  })

  it('is listed by its last message, the latest group first', async () => {
    const [gus, ...others] = await Promise.all(
      ['gus', 'hal', 'ian', 'jan', 'kim'].map((handle) => signUp(handle)),
    )
    if (!gus) throw new Error('Nobody signed up')
    for (const other of others) await send(other, { handle: 'gus' }, `Hello from ${other.handle}`)
    await send(gus, { handle: 'hal' }, 'Hello hal')
    await session.query(
      `update messages set created_at = '2026-01-02T03:04:05.678Z' where message like 'Hello from %'`,
    )
    const list = (limit: number) => (after: Position | undefined) =>
      listMessageGroups(db, { sub: gus.sub, limit, after })
    const [all = []] = await walk(list(50))
    expect(all).toHaveLength(4)
    expect(all[0]).toMatchObject({ handle: 'hal', display_name: 'HAL', message: 'Hello hal' })
    expect((await walk(list(1))).flat()).toEqual(all)
    expect((await walk(list(3))).flat()).toEqual(all)
  })
})

describe('of three people', async () => {
  const [lea, max, mal] = [await signUp('lea'), await signUp('max'), await signUp('mal')]
  const { message_group_uuid: messageGroupUuid } = await send(lea, { handle: 'max' }, 'Secret')
  await send(mal, { handle: 'max' }, 'Another group of max’s')

  it.each([
    { who: lea, isMember: true },
    { who: max, isMember: true },
    { who: mal, isMember: false },
    { who: { sub: randomUUID(), uuid: randomUUID(), handle: 'nobody' }, isMember: false },
  ])('$who.handle reads and writes the group: $isMember', async ({ who, isMember }) => {
    const [before] = await session.query('select count(*) from messages')
    const groups = read(await listMessageGroups(db, { sub: who.sub, limit: 50 }))
    expect(groups.some((group) => group.uuid === messageGroupUuid)).toBe(isMember)
    const page = await listMessages(db, { sub: who.sub, messageGroupUuid, limit: 50 })
    expect(page !== undefined).toBe(isMember)
    const sent = await send(who, { messageGroupUuid }, 'Mine too')
    expect(sent !== null).toBe(isMember)
    const [after] = await session.query('select count(*) from messages')
    expect(after).toEqual({ count: String(Number(before?.count) + (isMember ? 1 : 0)) })
  })

  it.each([
    ['nobody', { handle: 'nobody' }],
    ['oneself', { handle: 'LEA' }],
    ['no group', { messageGroupUuid: randomUUID() }],
  ])('none writes to %s', async (_, to) => {
    expect(await send(lea, to, 'Hello?')).toBeNull()
  })
})

it('shows andrewbrown the seeded conversation once, however often it is seeded', async () => {
  await seed(url)
  await seed(url)
  const sub = randomUUID()
  await session.query("update users set cognito_user_id = $1 where handle = 'andrewbrown'", [sub])
  const groups = read(await listMessageGroups(db, { sub, limit: 50 }))
  expect(groups).toMatchObject([{ handle: 'bayko', display_name: 'Andrew Bayko' }])
  const messageGroupUuid = groups[0]?.uuid ?? ''
  const messages = read(await listMessages(db, { sub, messageGroupUuid, limit: 50 }))
  expect(messages).toHaveLength(5)
  expect(messages.at(-1)?.message).toBe(groups[0]?.message)
})
