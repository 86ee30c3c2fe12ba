import { describe, expect, it } from 'vitest'
import { databaseOf } from '../databases.ts'
import { migrate } from '../migrate.ts'
import { listHome } from '../queries/feeds.ts'
import { readJson } from '../read-json.testing.ts'
import type { Session } from '../session.ts'
import { quoteName } from '../session.ts'
import { sweep } from '../sweep.ts'
import { cloneDatabase } from '../testing.ts'
import { adopt, planAdoption } from './adopt.ts'
import { openBootcamp } from './bootcamp.testing.ts'
import { openFlask } from './flask.testing.ts'
import { releaseExpired } from './hold-expired.ts'

type Values = Record<string, unknown>

const insert = (session: Session, table: string, rows: Values[]) =>
  session.query(
    `insert into ${table} (${Object.keys(rows[0] ?? {})})
     select ${Object.keys(rows[0] ?? {})} from json_populate_recordset(null::${table}, $1)`,
    [JSON.stringify(rows)],
  )

let made = 0
const uuid = (n = ++made) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const person = (values: Values = {}) => {
  const id = uuid()
  return {
    uuid: id,
    display_name: 'Di',
    handle: `di${made}`,
    email: 'di@example.com',
    cognito_user_id: `sub-${made}`,
    created_at: `2023-04-01 00:00:${String(made % 60).padStart(2, '0')}`,
    bio: null,
    ...values,
  }
}

const crud = (values: Values = {}): Values => ({
  uuid: uuid(),
  message: 'Hello',
  replies_count: 0,
  reposts_count: 0,
  likes_count: 0,
  reply_to_activity_uuid: null,
  expires_at: null,
  created_at: '2023-04-02 03:04:05.678901',
  ...values,
})

const listFindings = (session: Session) =>
  session.query('select uuid, reason, is_moved, became, original from adopted.quarantine')

/** Adopts these rows, and tells what each became and why. */
async function adoptRows(users: Values[], activities: Values[] = []) {
  const { url, session, db } = await openBootcamp()
  await insert(session, 'users', users)
  if (activities.length > 0) await insert(session, 'activities', activities)
  const plan = await planAdoption(url)
  const adoption = await adopt(url)
  expect(plan).toEqual(adoption)
  const [{ rows } = {}] = await session.query<{ rows: Record<string, Values> }>(
    `select json_object_agg(row->>'uuid', row)::text as rows from (
       select to_jsonb(users) from users union all select to_jsonb(activities) from activities) as t(row)`,
  )
  const found: Record<string, Values> = JSON.parse(String(rows))
  const findings = await listFindings(session)
  return {
    url,
    session,
    db,
    adoption,
    row: (row: Values) => found[String(row.uuid)],
    why: (row: Values) =>
      findings.flatMap((finding) => (finding.uuid === row.uuid ? [finding.reason] : [])),
    original: (row: Values) =>
      JSON.parse(String(findings.find((finding) => finding.uuid === row.uuid)?.original ?? 'null')),
  }
}

describe('people', () => {
  it('rewrites what our checks refuse and keeps what was there', async () => {
    const rows = {
      fine: person({ bio: 'Bio', display_name: ' Ån ' }),
      accents: person({ handle: '@José Núñez!' }),
      blank: person({ handle: ' ', display_name: ' \u3000' }),
      address: person({ handle: 'di@example.com' }),
      long: person({
        handle: 'a'.repeat(31),
        display_name: '💡'.repeat(101),
        bio: 'b'.repeat(1001),
      }),
      mock: person({ cognito_user_id: 'MOCK', email: 'Di@Example.COM' }),
      mock2: person({ cognito_user_id: ' MOCK', email: ' ' }),
    }
    const { row, why, original } = await adoptRows(Object.values(rows))
    expect(row(rows.fine)).toEqual({ ...rows.fine, created_at: expect.anything() })
    expect(why(rows.fine)).toEqual([])
    expect(row(rows.accents)?.handle).toBe('Jose-Nunez')
    expect(original(rows.accents)).toEqual({ handle: '@José Núñez!' })
    const made = `person-${String(rows.blank.uuid).slice(0, 8)}`
    expect(String(row(rows.blank)?.handle).slice(0, 15)).toBe(made)
    expect(row(rows.blank)?.display_name).toBe(row(rows.blank)?.handle)
    expect(row(rows.address)?.handle).toMatch(/^person-/)
    expect(row(rows.long)).toMatchObject({
      handle: 'a'.repeat(30),
      display_name: '💡'.repeat(100),
      bio: 'b'.repeat(1000),
    })
    expect(why(rows.long).sort()).toEqual([
      'bio_too_long',
      'display_name_too_long',
      'handle_invalid',
    ])
    expect(row(rows.mock)).toMatchObject({ cognito_user_id: null, email: 'di@example.com' })
    expect(row(rows.mock2)).toMatchObject({ cognito_user_id: null, email: null })
    expect(why(rows.mock2).sort()).toEqual(['cognito_user_id_unknown', 'email_unusable'])
  })

  it('leaves a shared handle with who wrote it so, then who has an account, then the oldest', async () => {
    const rows = {
      cleaned: person({ handle: 'shared!' }),
      mock: person({ handle: 'shared', cognito_user_id: 'MOCK' }),
      first: person({ handle: 'SHARED' }),
      second: person({ handle: 'shared' }),
    }
    const { row, why } = await adoptRows(Object.values(rows).reverse())
    expect(row(rows.first)?.handle).toBe('SHARED')
    for (const other of [rows.mock, rows.second, rows.cleaned]) {
      expect(row(other)?.handle).toMatch(/^shared-[0-9a-f]{8}$/)
    }
    expect(why(rows.second)).toEqual(['handle_taken'])
    expect(why(rows.cleaned)).toEqual(['handle_invalid'])
  })

  it('joins the rows of one account to the oldest, with what they wrote', async () => {
    const old = person({ handle: 'ed', cognito_user_id: 'sub-of-ed' })
    const reset = person({ handle: 'ed', cognito_user_id: 'sub-of-ed' })
    const post = crud({ user_uuid: reset.uuid })
    const { session, row, why, original, adoption } = await adoptRows([reset, old], [post])
    expect(row(old)).toMatchObject({ handle: 'ed', cognito_user_id: 'sub-of-ed' })
    expect(row(reset)).toBeUndefined()
    expect(why(reset)).toEqual(['same_account'])
    expect(
      await session.query("select uuid, became from adopted.quarantine where source = 'users'"),
    ).toEqual([{ uuid: reset.uuid, became: old.uuid }])
    expect(original(reset)).toMatchObject({ uuid: reset.uuid, handle: 'ed' })
    expect(row(post)?.user_uuid).toBe(old.uuid)
    expect(original(post)).toEqual({ user_uuid: reset.uuid })
    expect(adoption).toMatchObject({
      before: { users: 2 },
      after: { users: 1 },
      moved: { users: 1 },
    })
  })
})

describe('cruds', () => {
  const di = person()
  const by = { user_uuid: di.uuid }

  it('keeps counters and instants, counts replies anew, and lets a reply go with its crud', async () => {
    const parent = crud({
      ...by,
      expires_at: '2223-01-01 00:00:00',
      replies_count: 7,
      likes_count: 3,
    })
    const reply = crud({ ...by, reply_to_activity_uuid: parent.uuid, message: 'r'.repeat(1024) })
    const deeper = crud({ ...by, reply_to_activity_uuid: reply.uuid, reposts_count: -1 })
    const { row, why } = await adoptRows([di], [deeper, reply, parent])
    expect(row(parent)).toMatchObject({
      created_at: '2023-04-02T03:04:05.679+00:00',
      expires_at: '2223-01-01T00:00:00+00:00',
      replies_count: 1,
      likes_count: 3,
    })
    expect(row(reply)).toMatchObject({ message: reply.message, replies_count: 1 })
    expect(row(deeper)).toMatchObject({ reposts_count: 0, expires_at: row(parent)?.expires_at })
    expect(why(parent)).toEqual(['replies_recounted'])
    expect(why(deeper).sort()).toEqual(['reply_outlives_crud', 'reposts_count_invalid'])
  })

  it('shortens what is too long, marks what is blank, and shows no time that is none', async () => {
    const long = crud({ ...by, message: '💡'.repeat(281) })
    const blank = crud({ ...by, message: ' \n' })
    const timeless = crud({ ...by, created_at: 'infinity', expires_at: 'infinity' })
    const { row, original } = await adoptRows([di], [long, blank, timeless])
    expect(row(long)?.message).toBe(`${'💡'.repeat(279)}…`)
    expect(original(long)).toEqual({ message: long.message })
    expect(row(blank)?.message).toBe('…')
    expect(original(blank)).toEqual({ message: ' \n' })
    const latest = '9999-12-31T00:00:00+00:00'
    expect(row(timeless)).toMatchObject({ created_at: latest, expires_at: latest })
  })

  it('moves to the quarantine what has no author or hangs on nothing, whole', async () => {
    const lost = crud({ user_uuid: uuid() })
    const beneath = crud({ ...by, reply_to_activity_uuid: lost.uuid })
    const orphan = crud({ ...by, reply_to_activity_uuid: uuid() })
    const own = crud(by)
    const self = crud({ ...by, reply_to_activity_uuid: own.uuid })
    const circle = crud({ ...by, reply_to_activity_uuid: self.uuid })
    self.reply_to_activity_uuid = circle.uuid
    const { row, why, original, adoption } = await adoptRows(
      [di],
      [lost, beneath, orphan, own, self, circle],
    )
    expect([lost, beneath, orphan, self, circle].map((each) => [row(each), ...why(each)])).toEqual([
      [undefined, 'no_author'],
      ...Array(4).fill([undefined, 'no_parent']),
    ])
    expect(row(own)).toBeDefined()
    expect(original(orphan)).toMatchObject({ uuid: orphan.uuid, message: 'Hello' })
    expect(adoption).toMatchObject({ before: { activities: 6 }, after: { activities: 1 } })
  })

  it('keeps what had expired until its owner says so', async () => {
    const { session, db, adoption } = await adoptRows(
      [di],
      [
        crud({ ...by, expires_at: '2023-05-01' }),
        crud(by),
        crud({ ...by, expires_at: '2200-01-01' }),
      ],
    )
    expect(adoption?.expired).toBe(1)
    await session.query(
      'insert into activities (user_uuid, message, expires_at) values ($1, $2, now())',
      [di.uuid, 'Later'],
    )
    expect((await sweep(db)).activities).toBe(1)
    const { body } = await listHome(db, { limit: 5 })
    expect(readJson(body)).toHaveLength(2)
    await releaseExpired(db)
    expect((await sweep(db)).activities).toBe(1)
  })
})

describe('the database', () => {
  it('is ours afterwards: nothing to migrate, nothing to adopt', async () => {
    const { url, session } = await adoptRows([person()])
    expect(await migrate(url)).toEqual([])
    expect(await adopt(url)).toBeUndefined()
    expect(await planAdoption(url)).toBeUndefined()
    expect(await session.query('select * from adopted.schema_information')).toEqual([
      { id: 1, last_successful_run: '0' },
    ])
  })

  it('serves the old back end, which is the way back', async () => {
    const di = person({ cognito_user_id: 'sub-of-di' })
    const { session } = await adoptRows([di], [crud({ user_uuid: di.uuid })])
    const flask = openFlask(session)
    const expiry = new Date(Date.now() + 60_000).toISOString()
    const post = await flask.post('sub-of-di', 'From Flask', expiry)
    const reply = await flask.reply('sub-of-di', 'A reply', post)
    expect(await flask.signUp('ed', 'sub-of-ed')).toEqual(expect.any(String))
    expect(await flask.updateProfile('sub-of-di', 'My bio', 'Di')).toBe(di.handle)
    expect(await flask.profile(di.handle)).toMatchObject([{ bio: 'My bio', cruds_count: 3 }])
    expect((await flask.home()).map(({ uuid }: Values) => uuid)).toEqual(
      expect.arrayContaining([post, reply]),
    )
    expect(await flask.object(post)).toMatchObject([{ message: 'From Flask', handle: di.handle }])
    expect(await flask.replies(post)).toMatchObject([{ uuid: reply }])
  })

  it('stays open to a role that could use the old tables', async () => {
    const { url, session } = await openBootcamp()
    const role = quoteName(`flask ${url.slice(-8)}`)
    await insert(session, 'users', [person({ cognito_user_id: 'sub' })])
    await session.query(`create role ${role}`)
    await session.query(`grant select on users to ${role}`)
    await session.query(`grant select, insert on activities to ${role}`)
    await session.query(`grant update (bio) on users to ${role}`)
    await adopt(url)
    await session.query(`set role ${role}`)
    await openFlask(session).post('sub', 'Some new words', '2200-01-01')
    await session.query("update users set bio = 'Mine'")
    await expect(session.query("update users set email = ''")).rejects.toThrow('permission denied')
    expect(await openFlask(session).home()).toHaveLength(1)
    await session.query('reset role')
    await session.query(`drop owned by ${role}`)
    await session.query(`drop role ${role}`)
  })

  it('stays open to who owned the old tables, and to everybody where they were', async () => {
    const { url, session } = await openBootcamp()
    const owner = quoteName(`owner ${url.slice(-8)}`)
    const di = person()
    await insert(session, 'users', [di])
    await session.query(`create role ${owner}`)
    await session.query(`alter table activities owner to ${owner}`)
    await session.query('grant select on users to public')
    await adopt(url)
    await session.query(`set role ${owner}`)
    await insert(session, 'activities', [
      { ...crud({ user_uuid: di.uuid }), created_at: '2023-04-02', expires_at: '2200-01-01' },
    ])
    await session.query('delete from activities')
    expect(await session.query('select from users')).toHaveLength(1)
    await expect(session.query('delete from users')).rejects.toThrow('permission denied')
    await session.query('reset role')
    await session.query(`drop owned by ${owner}`)
    await session.query(`drop role ${owner}`)
  })

  it('takes the place of a journal that drizzle-kit began', async () => {
    const { url, session } = await openBootcamp()
    await session.query('create schema drizzle')
    await session.query(`create table drizzle.__drizzle_migrations (
      id serial primary key, hash text not null, created_at bigint)`)
    await session.query('create view drizzle.seen as select * from drizzle.__drizzle_migrations')
    expect(await planAdoption(url)).toBeDefined()
    expect(await adopt(url)).toBeDefined()
    expect(await migrate(url)).toEqual([])
  })

  it('is planned in all the time that it takes, step after step', async () => {
    const { url, session } = await openBootcamp()
    const name = quoteName(databaseOf(url))
    await session.query(`alter database ${name} set statement_timeout = '100ms'`)
    const steps: string[] = []
    await session.transaction(async () => {
      await session.query('lock table users')
      const release = session.query('select pg_sleep(0.5)').then(() => session.query('rollback'))
      const onStep = (...step: unknown[]) => steps.push(step.join(' '))
      await Promise.all([planAdoption(url, { onStep }), release])
    })
    expect(steps).toEqual(['stage 0 3', 'count 1 3', 'quarantine 2 3', 'quarantine 3 3'])
  })

  it('is told from one that is empty, or somebody else’s', async () => {
    const { url, session } = await openBootcamp()
    await session.query('drop table users')
    await expect(adopt(url)).rejects.toThrow('holds no users and activities')
    await session.query('drop table activities, schema_information')
    await expect(adopt(url)).rejects.toThrow('is empty')
    const ours = await cloneDatabase()
    expect(await adopt(ours.url)).toBeUndefined()
  })
})
