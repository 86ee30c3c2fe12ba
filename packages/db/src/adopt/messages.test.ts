import { describe, expect, it } from 'vitest'
import { databaseOf } from '../databases.ts'
import { listMessageGroups } from '../queries/message-groups.ts'
import { listMessages } from '../queries/messages.ts'
import { insertMessage } from '../queries/messages-send.ts'
import { quoteName } from '../session.ts'
import { cloneDatabase } from '../testing.ts'
import { createQuarantine } from './findings.ts'
import { importMessages } from './messages.ts'
import { readScan } from './read-scan.ts'

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const person = (n: number) => ({ uuid: uuid(n), handle: `person${n}` })
const [di, ed, flo] = [person(1), person(2), person(3)]

type Person = ReturnType<typeof person>

async function openWithPeople() {
  const database = await cloneDatabase()
  await database.session.query(
    `insert into users (uuid, handle, display_name, cognito_user_id)
     select uuid, handle, handle, handle
     from json_to_recordset($1) as person(uuid uuid, handle text)`,
    [JSON.stringify([di, ed, flo])],
  )
  await createQuarantine(database.session)
  return database
}

type Item = Record<string, { S: string }>

const item = (attributes: Record<string, string>): Item =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { S: value }]))

/** One person’s entry of a group, as the bootcamp wrote one for each of its two. */
const entry = (group: number, owner: Person, other: Person) =>
  item({
    pk: `GRP#${owner.uuid}`,
    sk: '2023-04-18T05:30:34.787311+00:00',
    message_group_uuid: uuid(group),
    message: 'filler',
    user_uuid: other.uuid,
    user_display_name: other.handle,
    user_handle: other.handle,
  })

const begin = (group: number, one: Person, other: Person) => [
  entry(group, one, other),
  entry(group, other, one),
]

const say = (group: number, n: number, from: Person, message = `Message ${n}`) =>
  item({
    pk: `MSG#${uuid(group)}`,
    sk: `2023-04-18T05:${10 + n}:34.787311+02:00`,
    message_uuid: uuid(1000 + n),
    message,
    user_uuid: from.uuid,
    user_display_name: from.handle,
    user_handle: from.handle,
  })

const scan = (...items: unknown[]) =>
  readScan(JSON.stringify({ Items: items, Count: items.length }))

describe('an import of messages', () => {
  it('makes them ours: one group for a pair, each message once, however often it runs', async () => {
    const { url, db, session } = await openWithPeople()
    const items = scan(
      ...begin(50, di, ed),
      say(50, 3, ed, 'm'.repeat(1025)),
      say(50, 1, di),
      // Flask began anew each time.
      ...begin(51, ed, di),
      say(51, 2, ed, 'NUL \0 and half a \ud83d'),
    )
    const plan = { messages: 3, added: 3, known: 0, moved: {}, groups: 1 }
    expect(await importMessages(url, items, { apply: false })).toEqual(plan)
    expect(await session.query('select from messages')).toEqual([])
    expect(await importMessages(url, items, { apply: true })).toEqual(plan)
    await insertMessage(db, { sub: di.handle, to: { handle: ed.handle }, message: 'New' })
    expect(await importMessages(url, items, { apply: true })).toMatchObject({ added: 0, known: 3 })
    const groups = JSON.parse((await listMessageGroups(db, { sub: di.handle, limit: 5 })).items)
    expect(groups).toMatchObject([{ uuid: uuid(50), handle: ed.handle, message: 'New' }])
    const page = await listMessages(db, { sub: ed.handle, messageGroupUuid: uuid(50), limit: 9 })
    expect(JSON.parse(page?.items ?? '')).toMatchObject([
      { uuid: uuid(1001), handle: di.handle, created_at: '2023-04-18T03:11:34.787Z' },
      { uuid: uuid(1002), message: 'NUL \ufffd and half a \ufffd' },
      { uuid: uuid(1003), message: `${'m'.repeat(1023)}…` },
      { message: 'New' },
    ])
    expect(await session.query('select uuid, reason, is_moved from adopted.quarantine')).toEqual([
      { uuid: uuid(1003), reason: 'message_rewritten', is_moved: false },
    ])
  })

  it('keeps in the quarantine what is nobody’s, and gives it to whoever it turns out to be', async () => {
    const { url, session } = await openWithPeople()
    const gone = { uuid: uuid(9), handle: flo.handle }
    const items = scan(
      ...begin(60, di, gone),
      say(60, 1, gone),
      say(60, 2, di),
      ...begin(61, di, ed),
      say(61, 3, flo),
      ...begin(62, di, di),
      say(62, 4, di),
      { pk: { S: 'MSG#?' } },
    )
    expect(await importMessages(url, items, { apply: true })).toEqual({
      messages: 5,
      added: 0,
      known: 0,
      groups: 0,
      moved: { not_a_member: 1, not_two_people: 1, unknown_person: 2, unreadable: 1 },
    })
    expect(await importMessages(url, items, { apply: true, byHandle: true })).toMatchObject({
      added: 2,
      moved: { not_a_member: 1, not_two_people: 1, unreadable: 1 },
    })
    const [left] = await session.query(
      `select count(*)::int, min(original->'pk'->>'S') filter (where reason = 'unreadable') as pk
       from adopted.quarantine`,
    )
    expect(left).toEqual({ count: 3, pk: 'MSG#?' })
  })

  it('counts what is odd among the unreadable, and takes the rest', async () => {
    const { url, session } = await openWithPeople()
    const oddTimes = [
      '0000-01-01T00:00:00',
      '0001-01-01T00:00:00+02:00',
      '9999-12-31T23:59:59-01:00',
    ]
    const items = scan(
      ...begin(80, di, ed),
      say(80, 1, di),
      ...oddTimes.map((sk, n) => ({ ...say(80, 2 + n, di), sk: { S: sk } })),
      null,
      'text',
      { pk: null, 'a\0b\ud83d': { S: '' } },
    )
    const steps: string[] = []
    const onProgress = (done: number, total: number) => steps.push(`${done}/${total}`)
    const report = await importMessages(url, items, { apply: true, onProgress })
    expect(report).toMatchObject({ messages: 7, added: 1, moved: { unreadable: 6 } })
    expect(steps).toEqual(['1/5', '2/5', '3/5', '4/5', '5/5'])
    expect(
      await session.query("select from adopted.quarantine where original in ('null', '\"text\"')"),
    ).toHaveLength(2)
  })

  it('keeps what has no key of its own once, however often it is scanned', async () => {
    const { url, session } = await openWithPeople()
    for (const _ of ['once', 'again']) {
      await importMessages(url, scan({ pk: { S: 'MSG#?' } }, 'text'), { apply: true })
    }
    expect(await session.query('select from adopted.quarantine')).toHaveLength(2)
  })

  it('has all the time that it takes, whatever the database says', async () => {
    const { url, session } = await openWithPeople()
    await session.query(
      `alter database ${quoteName(databaseOf(url))} set statement_timeout = '1min'`,
    )
    await session.query('create table limits (statement text)')
    await session.query(`create function note() returns trigger language plpgsql as $$ begin
      insert into limits values (current_setting('statement_timeout')); return new; end $$`)
    await session.query(
      'create trigger noting before insert on messages for each row execute function note()',
    )
    await importMessages(url, scan(...begin(90, di, ed), say(90, 1, di)), { apply: true })
    expect(await session.query('select * from limits')).toEqual([{ statement: '0' }])
  })

  it('finds a person by the row that was merged into theirs', async () => {
    const { url, session } = await openWithPeople()
    await session.query(
      `insert into adopted.quarantine (source, uuid, reason, is_moved, became, original)
       values ('users', $1, 'same_account', true, $2, '{}')`,
      [uuid(8), ed.uuid],
    )
    const reset = { ...ed, uuid: uuid(8) }
    const items = scan(...begin(70, di, reset), say(70, 1, reset))
    expect(await importMessages(url, items, { apply: true })).toMatchObject({ added: 1 })
    expect(await session.query('select user_uuid from messages')).toEqual([{ user_uuid: ed.uuid }])
  })
})

it('reads nothing but a whole scan', () => {
  expect(() => readScan('{')).toThrow('is not JSON')
  expect(() => readScan('[]')).toThrow('holds no list of Items')
  expect(() => readScan('{"Items":[],"NextToken":"x"}')).toThrow('only a part of the table')
  const [first, second] = scan(say(1, 1, di), { ...say(1, 2, di), message_uuid: { S: uuid(1001) } })
  expect(first?.id).toBe(uuid(1001))
  expect(second?.id).not.toBe(uuid(1001))
})
