import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { insertCrud, insertReply } from '../queries/activities.ts'
import { findProfile, findThread, listHome } from '../queries/feeds.ts'
import { upsertPerson } from '../queries/people.ts'
import { searchActivities } from '../queries/search.ts'
import { openSession, type Session } from '../session.ts'
import { adopt, planAdoption } from './adopt.ts'
import { fillBootcamp, openBootcamp, prod, shapes } from './bootcamp.testing.ts'
import { openFlask } from './flask.testing.ts'

const size = 100_000

it.each(Object.entries(shapes))('takes over %s with every fault', async (_, shape) => {
  const { url, session, db } = await openBootcamp(shape)
  await fillBootcamp(session, shape, size)
  const plan = await planAdoption(url)
  const adoption = await adopt(url)
  expect(adoption).toEqual(plan)
  expect(adoption?.before).toEqual({ users: size / 100, activities: size })
  const [counted] = await session.query(
    `select (select count(*)::int from users) as users,
       (select count(*)::int from activities) as activities,
       count(*) filter (where is_moved and source = 'users')::int as moved_users,
       count(*) filter (where is_moved and source = 'activities')::int as moved_activities
     from adopted.quarantine`,
  )
  expect(counted).toEqual({
    ...adoption?.after,
    moved_users: adoption?.moved.users,
    moved_activities: adoption?.moved.activities,
  })
  expect(Number(counted?.users) + Number(counted?.moved_users)).toBe(size / 100)
  expect(Number(counted?.activities) + Number(counted?.moved_activities)).toBe(size)

  const sub = 'sub 5'
  expect(await upsertPerson(db, { sub })).toMatchObject({ outcome: 'found' })
  const home = JSON.parse((await listHome(db, { limit: 100 })).items)
  expect(home).toHaveLength(100)
  const posted = JSON.parse((await insertCrud(db, { sub, message: 'Zanzibar', ttlHours: 1 })) ?? '')
  await insertReply(db, { sub, message: 'A reply', replyTo: posted.uuid })
  const thread = await findThread(db, { uuid: posted.uuid, limit: 5 })
  expect(JSON.parse(thread?.text ?? '')).toMatchObject({
    activity: { replies_count: 1 },
    replies: [{ message: 'A reply' }],
  })
  const profile = await findProfile(db, { handle: home[0].handle.toUpperCase(), limit: 5 })
  expect(JSON.parse(profile?.text ?? '').profile.handle).toBe(home[0].handle)
  const found = await searchActivities(db, { term: 'Crud', limit: 5 })
  expect(JSON.parse(found.items)).toHaveLength(5)

  const flask = openFlask(session)
  const fromFlask = await flask.post(sub, 'From Flask', '2200-01-01')
  expect(await flask.home()).toHaveLength((adoption?.after.activities ?? 0) + 3)
  expect(await flask.object(fromFlask)).toMatchObject([{ message: 'From Flask' }])
})

it('takes over a thread as deep as the table is long', async () => {
  const { url, session } = await openBootcamp()
  await session.query("insert into users values (md5('di')::uuid, 'Di', 'di', 'd@e.f', 'sub')")
  await session.query(
    `insert into activities (uuid, user_uuid, message, reply_to_activity_uuid)
     select md5(n::text)::uuid, md5('di')::uuid, 'Deep',
       case when n > 1 then md5((n - 1)::text)::uuid end
     from generate_series(1, $1::int) as n`,
    [size / 5],
  )
  expect((await adopt(url))?.after.activities).toBe(size / 5)
})

describe('halfway', async () => {
  const { url, session } = await openBootcamp()
  await fillBootcamp(session, prod, 10_000)
  const before = await digest(session)

  it.each(['stage', 'quarantine', 'make tables', 'move rows', 'migrate'])(
    'a kill -9 before the step “%s” leaves everything as it was',
    async (step) => {
      const script = `import { adopt } from ${JSON.stringify(join(import.meta.dirname, 'adopt.ts'))}
        await adopt(${JSON.stringify(url)}, {
          onStep: (step) => step === ${JSON.stringify(step)} && process.kill(process.pid, 'SIGKILL') })`
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '--eval', script],
        { stdio: 'inherit', cwd: import.meta.dirname },
      )
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
      expect(await digest(session)).toEqual(before)
    },
  )
})

/** All that the database holds; it waits for the locks of whoever died. */
async function digest(session: Session) {
  const tables = await session.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relkind = 'r' and relnamespace::regnamespace::text !~ '^pg_|information_schema' order by 1`,
  )
  const read = tables.map(async ({ name }) => [
    name,
    await session.query(
      `select md5(string_agg(t::text, ' ' order by t::text)) as md5 from ${name} as t`,
    ),
  ])
  return Promise.all(read)
}

it('leaves alone what somebody keeps busy, and says so in time', async () => {
  const { url, session } = await openBootcamp()
  const busy = openSession(url)
  await busy.transaction(async () => {
    await busy.query('select from activities')
    await expect(adopt(url)).rejects.toThrow(/busy for 5 s, so nothing was changed. Stop the old/)
  })
  await busy.close()
  expect(await session.query('select from public.users')).toEqual([])
})
