import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, it } from 'vitest'
import type { Db } from '../client.ts'
import { databaseOf, onServer } from '../databases.ts'
import { insertCrud, insertReply } from '../queries/activities.ts'
import { findProfile, findThread, listHome } from '../queries/feeds.ts'
import { upsertPerson } from '../queries/people.ts'
import { searchActivities } from '../queries/search.ts'
import { readJson } from '../read-json.testing.ts'
import { quoteName, type Session } from '../session.ts'
import { type Adoption, adopt, planAdoption } from './adopt.ts'
import { fillBootcamp, openBootcamp, shapes } from './bootcamp.testing.ts'
import { reasons } from './findings.ts'
import { openFlask } from './flask.testing.ts'

const size = 100_000
const sub = 'sub 5'

// Two cores have work for more than one at a time.
it.concurrent.each(Object.entries(shapes))(
  '%s with every fault becomes ours without a loss, and the API’s contract holds on it',
  async (_, shape) => {
    const { url, session, db, close } = await openBootcamp(shape, 'template')
    await fillBootcamp(session, shape, size)
    const plan = await planAdoption(url)
    const adoption = await adopt(url)
    expect(adoption).toEqual(plan)
    expect(adoption?.before).toEqual({ users: size / 100, activities: size })
    const impossible = [
      ...(shape.hasBio ? [] : ['bio_too_long']),
      ...(shape.replyTo === 'uuid' ? [] : ['reply_outlives_crud']),
    ]
    expect(adoption?.findings.map(({ reason }) => reason)).toEqual(
      Object.keys(reasons).filter((reason) => !impossible.includes(reason)),
    )
    await expectNothingLost(session, adoption)
    await expectInUse(db)
    const flask = openFlask(session)
    const fromFlask = await flask.post(sub, 'From Flask', '2200-01-01')
    expect(await flask.home()).toHaveLength((adoption?.after.activities ?? 0) + 3)
    expect(await flask.object(fromFlask)).toMatchObject([{ message: 'From Flask' }])

    // Else what says that it was posted in the year 9999 would stand above what a test posts.
    await session.query('update activities set expires_at = now() where created_at > now()')
    await close()
    await expectContract(url)
  },
)

async function expectNothingLost(session: Session, adoption: Adoption | undefined) {
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
}

/** Our own queries show the old rows, and write beside them. */
async function expectInUse(db: Db) {
  expect(await upsertPerson(db, { sub })).toMatchObject({ outcome: 'found' })
  const home = readJson((await listHome(db, { limit: 100 })).body)
  expect(home).toHaveLength(100)
  const posted = JSON.parse((await insertCrud(db, { sub, message: 'Zanzibar', ttlHours: 1 })) ?? '')
  await insertReply(db, { sub, message: 'A reply', replyTo: posted.uuid })
  const thread = await findThread(db, { uuid: posted.uuid, limit: 5 })
  expect(readJson(thread?.body)).toMatchObject({
    activity: { replies_count: 1 },
    replies: [{ message: 'A reply' }],
  })
  const profile = await findProfile(db, { handle: (home[0]?.handle ?? '').toUpperCase(), limit: 5 })
  expect(readJson(profile?.body)?.profile.handle).toBe(home[0]?.handle)
  const found = await searchActivities(db, { term: 'Crud', limit: 5 })
  expect(JSON.parse(found.items)).toHaveLength(5)
}

const suite = `
  import { startVitest } from 'vitest/node'
  const [, root, testServer] = process.argv
  const options = { root, run: true, globalSetup: [], reporters: ['dot'], provide: JSON.parse(testServer) }
  await startVitest('test', ['test/contract'], options)`

/** The API’s own tests, each on a clone of the database. */
async function expectContract(url: string) {
  const template = databaseOf(url)
  await onServer(url, (query) =>
    query(`alter database ${quoteName(template)} allow_connections false`),
  )
  const api = join(import.meta.dirname, '../../../../apps/api')
  const provided = JSON.stringify({ testServer: { url: inject('testServer').url, template } })
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', suite, api, provided],
    { cwd: join(import.meta.dirname, '../..') },
  ).catch((error) => error)
  expect(stdout + stderr).toMatch(/Test Files .*\d+ passed/)
  expect(stdout + stderr).not.toMatch(/failed/i)
}
