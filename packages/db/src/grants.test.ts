import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { causeWith } from './cause.ts'
import { connect, type Db } from './client.ts'
import { databaseOf, dropDatabase, withDatabase } from './databases.ts'
import { examine } from './doctor.ts'
import { type GrantReport, grantRoles, roleNames } from './grants.ts'
import { migrate } from './migrate.ts'
import { readMigrations } from './migrations-folder.ts'
import { insertCrud, insertReply } from './queries/activities.ts'
import { deleteActivity } from './queries/activities-delete.ts'
import { findProfile, findThread, listHome } from './queries/feeds.ts'
import { deleteOldAnswer, findAnswer } from './queries/idempotency.ts'
import { deletePerson, findStanding } from './queries/leaving.ts'
import { listMessageGroups } from './queries/message-groups.ts'
import { listMessages } from './queries/messages.ts'
import { insertMessage } from './queries/messages-send.ts'
import { listNotifications } from './queries/notifications.ts'
import { findPersonByHandle, upsertPerson } from './queries/people.ts'
import { updateProfile } from './queries/people-edit.ts'
import { findOwnProfile, findShortProfile } from './queries/profiles.ts'
import { takeToken } from './queries/rate-limits.ts'
import { isMigrated } from './queries/readiness.ts'
import { searchActivities } from './queries/search.ts'
import { readJson } from './read-json.testing.ts'
import { openSession, quoteName } from './session.ts'
import { sweep } from './sweep.ts'
import { cloneDatabase } from './testing.ts'

const textOf = (body: Parameters<typeof readJson>[0]) => JSON.stringify(readJson(body))

const { url, session } = await cloneDatabase()
// Roles are the whole server’s, which other tests use too.
const prefix = `t${randomUUID().slice(0, 8)}`
const names = roleNames(prefix)
const master = `${prefix}_master`
const fresh = withDatabase(url, `${databaseOf(url)}_fresh`)
const password = randomUUID()

function as(role: string, on = url): string {
  const changed = new URL(on)
  changed.username = role
  changed.password = password
  return changed.href
}

async function ask(on: string, ...statements: string[]) {
  const asked = openSession(on)
  try {
    let rows: Record<string, unknown>[] = []
    for (const statement of statements) rows = await asked.query(statement)
    return rows
  } finally {
    await asked.close()
  }
}

const givePasswords = (roles = Object.values(names)) =>
  ask(url, ...roles.map((role) => `alter role ${quoteName(role)} password '${password}'`))

async function withDb<T>(on: string, work: (db: Db) => Promise<T>) {
  const { db, close } = connect(on)
  return work(db).finally(close)
}

const refusals = (on: string, statements: string[]) =>
  Promise.all(
    statements.map(async (statement) => [
      statement,
      await ask(on, statement).then(
        () => 'done',
        (error: unknown) => causeWith(error, 'code'),
      ),
    ]),
  )

let report: GrantReport
beforeAll(async () => {
  const [rds] = await ask(url, "select from pg_roles where rolname = 'rds_iam'")
  if (!rds) {
    await ask(url, 'create role rds_iam')
    afterAll(async () => {
      await ask(url, 'drop role rds_iam')
    })
  }
  report = await grantRoles(url, names)
  await givePasswords()
})

afterAll(async () => {
  const roles = Object.values(names).map(quoteName).join(', ')
  await ask(url, `drop owned by ${roles}`, `drop role ${roles}`)
})

it('says what it did, and does it again', async () => {
  expect(report).toEqual({
    created: Object.fromEntries(Object.values(names).map((name) => [name, true])),
    tables: 10,
    byIam: true,
    left: [],
  })
  await ask(url, `alter role ${names.api} createdb`, `grant truncate on users to ${names.api}`)
  const again = await grantRoles(url, names)
  expect(Object.values(again.created)).toEqual([false, false, false])
  const [role] = await ask(url, `select rolcreatedb from pg_roles where rolname = '${names.api}'`)
  expect(role).toEqual({ rolcreatedb: false })
})

describe('the API’s role', () => {
  it('runs every kind of statement of the API', async () => {
    await withDb(as(names.api), async (db) => {
      const page = { limit: 5 }
      for (const handle of ['di', 'ed']) await upsertPerson(db, { sub: handle, handle })
      const request = { key: 'k', digest: 'd' }
      const text = await insertCrud(db, {
        sub: 'di',
        message: 'wonderful @ed',
        ttlHours: 1,
        mentions: [['ed']],
      })
      const { uuid }: { uuid: string } = JSON.parse(text ?? '{}')
      const reply = await insertReply(db, { sub: 'ed', message: 'indeed', replyTo: uuid, request })
      expect(reply).toContain('indeed')
      expect(await findAnswer(db, { sub: 'ed', key: 'k' })).toMatchObject({ digest: 'd' })
      await deleteOldAnswer(db, { sub: 'ed', key: 'k' })
      expect(textOf((await listHome(db, page)).body)).toContain('"replies_count":1')
      expect(textOf((await findProfile(db, { handle: 'di', ...page }))?.body)).toContain(
        'wonderful',
      )
      expect(textOf((await findThread(db, { uuid, ...page }))?.body)).toContain('indeed')
      expect((await listNotifications(db, { sub: 'ed', ...page })).items).toContain('wonderful')
      // By a slip of the finger: through the words that the trigger wrote.
      expect((await searchActivities(db, { term: 'wondreful', ...page })).items).toContain(uuid)
      const sent = await insertMessage(db, { sub: 'di', message: 'hi', to: { handle: 'ed' } })
      const { message_group_uuid: messageGroupUuid } = JSON.parse(sent ?? '{}')
      expect((await listMessageGroups(db, { sub: 'ed', ...page })).items).toContain('hi')
      const listed = await listMessages(db, { sub: 'ed', messageGroupUuid, ...page })
      expect(listed?.items).toContain('hi')
      await updateProfile(db, { sub: 'di', displayName: 'Di N', bio: '' })
      expect(await findOwnProfile(db, 'di')).toContain('Di N')
      expect(await findShortProfile(db, 'di')).toContain('Di N')
      await session.query("update activities set expires_at = now() where message = 'indeed'")
      await session.query(
        "update search_words set created_at = now() - interval '61 days' where word = 'wonderful'",
      )
      expect(await sweep(db)).toMatchObject({ activities: 1 })
      expect(await takeToken(db, 'di', { tokens: 1, windowMs: 1 })).toMatchObject({ isTaken: true })
      expect(await isMigrated(db)).toBe(true)
      // The trigger writes the word anew, and deletes the old one.
      const last = await insertCrud(db, { sub: 'di', message: 'wonderful again', ttlHours: 1 })
      expect(
        await deleteActivity(db, { sub: 'di', uuid: JSON.parse(last ?? '{}').uuid }),
      ).toBeTruthy()
      expect(await deletePerson(db, { sub: 'di' })).toMatchObject({ cruds: 1, messages: 1 })
      expect(await findStanding(db, 'di')).toEqual({ hasRow: false, hasLeft: true })
    })
  })

  it('does nothing else', async () => {
    const statements = [
      'create table mine ()',
      'create temporary table mine ()',
      'create schema mine',
      'create function mine() returns int language sql return 1',
      'create database mine',
      'create role mine',
      'truncate users',
      'drop table messages',
      'alter table users disable trigger all',
      'alter table users add column mine int',
      'create index on users (bio)',
      'select from drizzle.__drizzle_migrations',
      'delete from drizzle.__drizzle_migrations',
      `set role ${quoteName(names.migrator)}`,
      'select from pg_authid',
      "copy users to program 'cat'",
    ]
    expect(await refusals(as(names.api), statements)).toEqual(
      statements.map((statement) => [statement, '42501']),
    )
  })
})

it('lets the doctor examine by the API’s URL, which cannot read the journal', async () => {
  const api = { url: as(names.api), directUrl: as(names.api), processes: 1, poolSize: 1 }
  const states: Record<string, string> = {}
  for await (const { name, state } of examine({ ...api, environment: 'demo', disposable: false })) {
    states[name] = state
  }
  expect(states).toMatchObject({ login: 'ok', migrations: 'warn', indexes: 'ok' })
})

describe('the Lambda’s role', () => {
  it('makes and finds a person, and does nothing else', async () => {
    await withDb(as(names.postConfirmation), async (db) => {
      const email = 'fay@example.com'
      await upsertPerson(db, { sub: 'fay', handle: 'fay', email })
      const again = { sub: 'fay2', handle: 'fay', email, provesEmail: true }
      expect(await upsertPerson(db, again)).toMatchObject({ outcome: 'taken_over' })
      expect(await findPersonByHandle(db, { handle: 'fay' })).toMatchObject({ handle: 'fay' })
    })
    const statements = [
      'delete from users',
      'truncate users',
      'select from activities',
      'insert into activities (user_uuid, message) select uuid, $$hi$$ from users',
      'select from messages',
      'select from departures',
      'select from drizzle.__drizzle_migrations',
      'create table mine ()',
      'create temporary table mine ()',
    ]
    expect(await refusals(as(names.postConfirmation), statements)).toEqual(
      statements.map((statement) => [statement, '42501']),
    )
  })
})

it('serves a server like RDS, from the first migration to the next', async () => {
  await ask(
    url,
    `create role ${quoteName(master)} login createdb createrole password '${password}'`,
    `grant rds_iam to ${quoteName(master)} with admin option`,
  )
  const own = roleNames(`${prefix}r`)
  afterAll(async () => {
    await dropDatabase(fresh)
    const roles = [...Object.values(own), master].map(quoteName).join(', ')
    await ask(url, `drop owned by ${quoteName(master)}`, `drop role ${roles}`)
  })
  const asMaster = as(master, fresh)
  await ask(url, `create database ${quoteName(databaseOf(fresh))}`)
  const { left } = await grantRoles(asMaster, own)
  expect(left).toContain('make temporary tables')
  await ask(url, `alter database ${quoteName(databaseOf(fresh))} owner to ${quoteName(master)}`)
  if (await isOldPublic()) await ask(fresh, `alter schema public owner to ${quoteName(master)}`)
  expect(await grantRoles(asMaster, own)).toMatchObject({ tables: 0, byIam: true, left: [] })
  await givePasswords(Object.values(own))

  const migrations = readMigrations()
  await migrate(as(own.migrator, fresh), { migrations })
  expect(await grantRoles(asMaster, own)).toMatchObject({ tables: 10, byIam: true, left: [] })
  await withDb(as(own.postConfirmation, fresh), (db) => upsertPerson(db, { sub: 'di' }))
  const later = { ...migrations[0], tag: '9999_later', createdAt: 9e12, hash: 'x', down: [] }
  const statements = ['create table likes (n int)', 'alter table users add column later int']
  await migrate(as(own.migrator, fresh), {
    migrations: [...migrations, { ...later, statements, transactional: true }],
  })
  await withDb(as(own.api, fresh), (db) =>
    insertCrud(db, { sub: 'di', message: 'hello', ttlHours: 1 }),
  )
  expect(await ask(as(own.api, fresh), 'insert into likes values (1) returning n')).toEqual([
    { n: 1 },
  ])
  expect(await refusals(as(own.postConfirmation, fresh), ['select from likes'])).toEqual([
    ['select from likes', '42501'],
  ])
})

/** Until Postgres 15 the schema public was the superuser’s; RDS gives it to its master. */
async function isOldPublic() {
  const [server] = await ask(
    url,
    "select current_setting('server_version_num')::int < 150000 as is",
  )
  return server?.is === true
}
