import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { JsonText } from '../json-text.ts'
import { quoteName } from '../session.ts'
import { cloneDatabase } from '../testing.ts'
import { type Activity, insertCrud, insertReply } from './activities.ts'
import { deleteActivity } from './activities-delete.ts'
import { deletePerson, findStanding } from './leaving.ts'
import { insertMessage } from './messages-send.ts'
import { updateProfile } from './people-edit.ts'

const { db, session, url } = await cloneDatabase({ poolSize: 20, deadlineMs: 30_000 })
// A deadlock stays one, instead of being found and said again unseen.
await session.query(
  `alter database ${quoteName(new URL(url).pathname.slice(1))} set deadlock_timeout = '1h'`,
)

async function signUp(name: string) {
  const sub = randomUUID()
  const handle = `${name}-${sub.slice(0, 8)}`
  const [row] = await session.query<{ uuid: string }>(
    'insert into users (handle, display_name, cognito_user_id) values ($1, $1, $2) returning uuid',
    [handle, sub],
  )
  return { sub, handle, uuid: row?.uuid ?? '' }
}
type Person = Awaited<ReturnType<typeof signUp>>

const read = (text: JsonText<Activity> | undefined): Activity => JSON.parse(text ?? 'null')
const post = async ({ sub }: Person, message: string = randomUUID()) =>
  read(await insertCrud(db, { sub, message, mentions: mentionsIn(message), ttlHours: 1 }))
const reply = async (
  { sub }: Person,
  { uuid: replyTo }: Activity,
  message: string = randomUUID(),
) => read(await insertReply(db, { sub, message, mentions: mentionsIn(message), replyTo }))

const mentionsIn = (message: string) =>
  Array.from(message.matchAll(/@(\S+)/g), ([, handle = '']) => [handle])
const send = ({ sub }: Person, { handle }: Person) =>
  insertMessage(db, { sub, message: 'Hi', to: { handle } })

/** Every activity whose counter is not what a count gives. */
const listMiscounted = () =>
  session.query(`select uuid, replies_count, (select count(*)::int from activities as reply
      where reply.reply_to_activity_uuid = activities.uuid) as counted
    from activities where replies_count <> (select count(*) from activities as reply
      where reply.reply_to_activity_uuid = activities.uuid)`)

const count = async (table: string, condition: string, value: string) =>
  (await session.query(`select count(*)::int from ${table} where ${condition}`, [value]))[0]?.count

describe('deletePerson', () => {
  it('deletes everything of theirs and says how much', async () => {
    const [di, ed, flo] = await Promise.all([signUp('di'), signUp('ed'), signUp('flo')])
    const [hers, his] = [await post(di), await post(ed, `Hello @${di.handle}`)]
    await reply(di, his)
    await reply(di, his)
    const beneath = await reply(ed, hers)
    await reply(di, beneath)
    await reply(flo, await reply(flo, hers))
    const pair = [di.uuid, ed.uuid].toSorted()
    await session.query(
      `with pair as (
        insert into message_groups (first_user_uuid, second_user_uuid) values ($1, $2) returning uuid)
      insert into messages (message_group_uuid, user_uuid, message)
      select pair.uuid, person.uuid, 'Hi' from pair, users as person where person.uuid in ($1, $2)`,
      pair,
    )
    await session.query(
      "insert into idempotency_keys (user_uuid, key, request_digest, answer) values ($1, 'k', 'd', '{}')",
      [di.uuid],
    )

    expect(await deletePerson(db, { sub: di.sub })).toEqual({
      uuid: di.uuid,
      cruds: 1,
      replies: 3,
      answers: 3,
      messageGroups: 1,
      messages: 2,
    })

    for (const table of ['activities', 'notifications', 'recent_posts', 'idempotency_keys']) {
      expect([table, await count(table, 'user_uuid = $1', di.uuid)]).toEqual([table, 0])
    }
    expect(await count('users', 'uuid = $1', di.uuid)).toBe(0)
    expect(await count('messages', 'user_uuid = $1', ed.uuid)).toBe(0)
    expect(await session.query('select uuid, replies_count from activities')).toEqual([
      { uuid: his.uuid, replies_count: 0 },
    ])
    expect(await deletePerson(db, { sub: di.sub })).toBeUndefined()
  })

  it('finds the person by handle, in whatever case, and deletes nobody for an unknown one', async () => {
    const gil = await signUp('gil')
    expect(await deletePerson(db, { handle: gil.handle.toUpperCase() })).toMatchObject({
      uuid: gil.uuid,
      cruds: 0,
    })
    expect(await deletePerson(db, { handle: gil.handle })).toBeUndefined()
    expect(await deletePerson(db, { sub: randomUUID() })).toBeUndefined()
  })

  it('is done once, however often it is asked at once', async () => {
    const hal = await signUp('hal')
    await post(hal)
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => deletePerson(db, { sub: hal.sub })),
    )
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1)
  })

  it('refuses nobody and counts right, whatever the leavers and all others write meanwhile', async () => {
    for (let round = 0; round < 6; round++) {
      const people = await Promise.all(['ida', 'jo', 'kai', 'lea'].map(signUp))
      const leavers = people.slice(round % 2, 3)
      const naming = people.map(({ handle }) => `@${handle}`).join(' ')
      const posts: { author: Person; activity: Activity }[] = []
      for (let depth = 0; depth < 3; depth++) {
        const above = posts.filter((_, n) => n % 4 < 2)
        for (const author of people) {
          if (depth === 0) posts.push({ author, activity: await post(author, naming) })
          else
            for (const { activity } of above.slice(-6))
              posts.push({ author, activity: await reply(author, activity, naming) })
        }
      }
      const work = [
        ...posts.flatMap(({ author, activity }, n) => [
          ...people.map((person) => () => reply(person, activity, `${naming} ${n}`)),
          ...(n % 3 === 0
            ? [() => deleteActivity(db, { sub: author.sub, uuid: activity.uuid })]
            : []),
        ]),
        ...people.flatMap((person) => people.map((other) => () => send(person, other))),
        ...people.map(
          ({ sub }) =>
            () =>
              updateProfile(db, { sub, displayName: 'Me', bio: '' }),
        ),
        ...[...leavers, ...leavers].map(
          ({ sub }) =>
            () =>
              deletePerson(db, { sub }),
        ),
      ]
      await Promise.all(work.map((_, n) => work[(n * 89) % work.length]?.()))
      expect(await listMiscounted()).toEqual([])
      for (const { uuid } of leavers) {
        expect(await count('activities', 'user_uuid = $1', uuid)).toBe(0)
        expect(await count('users', 'uuid = $1', uuid)).toBe(0)
      }
    }
  })
})

describe('findStanding', () => {
  it('knows for a day who has left', async () => {
    const nat = await signUp('nat')
    expect(await findStanding(db, nat.sub)).toEqual({ hasRow: true, hasLeft: false })
    await deletePerson(db, { sub: nat.sub })
    expect(await findStanding(db, nat.sub)).toEqual({ hasRow: false, hasLeft: true })
    await session.query(
      "update departures set created_at = now() - interval '1 day' where cognito_user_id = $1",
      [nat.sub],
    )
    expect(await findStanding(db, nat.sub)).toEqual({ hasRow: false, hasLeft: false })
  })

  it('remembers nothing of whoever had no account', async () => {
    await session.query("insert into users (handle, display_name) values ('ola', 'Ola')")
    await deletePerson(db, { handle: 'ola' })
    expect(await findStanding(db, '')).toEqual({ hasRow: false, hasLeft: false })
  })
})

it('refuses to delete a person from under their cruds, whose counters nobody would mind', async () => {
  const pat = await signUp('pat')
  await post(pat)
  await expect(session.query('delete from users where uuid = $1', [pat.uuid])).rejects.toThrow(
    'activities_user_fk',
  )
})
