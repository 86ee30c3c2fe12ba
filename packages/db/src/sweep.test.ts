import { sql } from 'drizzle-orm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connect } from './client.ts'
import { insertReply } from './queries/activities.ts'
import { listHome } from './queries/feeds.ts'
import { batchSize, sweepBatch } from './queries/sweep.ts'
import { readJson } from './read-json.testing.ts'
import { sweep } from './sweep.ts'
import { cloneDatabase, type TestDatabase } from './testing.ts'

const none = { activities: 0, keys: 0, posts: 0, departures: 0 }

/** A database with one person in it. */
async function openWithPerson() {
  const database = await cloneDatabase()
  await database.session.query("insert into users (handle, display_name) values ('di', 'Di')")
  return database
}

/** So many rows that expired one after the other; each tenth is a reply to the one before. */
const insertExpired = ({ session }: TestDatabase, count: number) =>
  session.query(
    `insert into activities (uuid, user_uuid, message, reply_to_activity_uuid, created_at, expires_at)
     select md5('old ' || n)::uuid, users.uuid, 'Old ' || n,
       case when n % 10 = 0 then md5('old ' || n - 1)::uuid end,
       now() - interval '1 day', now() - interval '1 ms' * ($1::int / 10 - n / 10)
     from generate_series(1, $1::int) as n, users`,
    [count],
  )

/** So many that live on. */
const insertLive = ({ session }: TestDatabase, count: number) =>
  session.query(
    `insert into activities (user_uuid, message, expires_at)
     select uuid, 'Live ' || n, now() + interval '1 hour' from generate_series(1, $1::int) as n, users`,
    [count],
  )

const countActivities = async ({ session }: TestDatabase) =>
  (await session.query('select count(*)::int from activities'))[0]?.count

describe('a sweep', () => {
  it('deletes all that is over and nothing else', async () => {
    const database = await openWithPerson()
    const { db, session } = database
    await insertExpired(database, 30)
    await insertLive(database, 20)
    await session.query(
      `insert into activities (user_uuid, message) select uuid, 'For ever' from users`,
    )
    await session.query(`insert into idempotency_keys (user_uuid, key, request_digest, answer, created_at)
      select uuid, 'key ' || n, '', '', now() - interval '1 hour' * n
      from generate_series(22, 25) as n, users`)
    await session.query(`insert into recent_posts (activity_uuid, user_uuid, digest, created_at, repeat_until)
      select uuid, user_uuid, message, now() - interval '10 s', now() + interval '1 s' * (right(message, 1)::int - 5)
      from activities where message like 'Live 1_'`)
    await session.query(`insert into departures (cognito_user_id, created_at)
      select 'sub ' || n, now() - interval '1 hour' * n from generate_series(22, 25) as n`)
    expect(await sweep(db)).toEqual({ activities: 30, keys: 2, posts: 6, departures: 2 })
    expect(await sweep(db)).toEqual(none)
    expect(await countActivities(database)).toBe(21)
  })

  it('takes what answers a crud first, however much and however deep', async () => {
    const database = await openWithPerson()
    const { db, session } = database
    await session.query(
      `insert into activities (uuid, user_uuid, message, reply_to_activity_uuid, expires_at)
       select md5('crud ' || n)::uuid, users.uuid, 'Reply ' || n,
         md5('crud ' || case when n <= 2500 then 0 else n - 1 end)::uuid, now()
       from generate_series(1, 2550) as n, users
       union all select md5('crud 0')::uuid, users.uuid, 'Crud', null, now() from users`,
    )
    const { activities } = await sweepBatch(db)
    expect(activities).toBe(batchSize)
    expect(await sweep(db)).toEqual({ ...none, activities: 2551 - batchSize })
  })

  it('keeps the counter of what lives on', async () => {
    const database = await openWithPerson()
    const { db, session } = database
    await session.query(`insert into activities (uuid, user_uuid, message, replies_count)
      select md5('parent')::uuid, uuid, 'Parent', 3 from users`)
    await session.query(`insert into activities (user_uuid, message, reply_to_activity_uuid, expires_at)
      select uuid, 'Reply', md5('parent')::uuid, now() + interval '1 hour' * n
      from users, generate_series(-1, 1) as n`)
    expect(await sweep(db)).toEqual({ ...none, activities: 2 })
    expect(
      await session.query("select replies_count from activities where message = 'Parent'"),
    ).toEqual([{ replies_count: 1 }])
  })

  it('ends after the batch that is under way', async () => {
    const database = await openWithPerson()
    await insertExpired(database, 2000)
    const stop = new AbortController()
    const swept = await sweep(database.db, { signal: stop.signal, onBatch: () => stop.abort() })
    expect(swept).toEqual({ ...none, activities: batchSize })
  })
})

describe('among others', () => {
  it('deletes each row once, however many sweep', async () => {
    const database = await openWithPerson()
    await insertExpired(database, 20_000)
    await insertLive(database, 10)
    const sweepers = Array.from({ length: 4 }, () => connect(database.url, { poolSize: 1 }))
    const swept = await Promise.all(sweepers.map(({ db }) => sweep(db)))
    await Promise.all(sweepers.map(({ close }) => close()))
    expect(swept.reduce((total, { activities }) => total + activities, 0)).toBe(20_000)
    expect(swept.filter(({ activities }) => activities > 0).length).toBeGreaterThan(1)
    expect(await countActivities(database)).toBe(10)
  })

  it('has nobody wait who reads, or replies to what lives', async () => {
    const database = await openWithPerson()
    const { url, session } = database
    await insertExpired(database, 2 * batchSize)
    await insertLive(database, 60)
    const [live] = await session.query<{ uuid: string }>(`update users set cognito_user_id = 'di'
      returning (select uuid from activities where message = 'Live 1')`)
    const [sweeper, other] = [connect(url, { poolSize: 1 }), connect(url, { poolSize: 1 })]
    onTestFinished(async () => {
      await Promise.all([sweeper.close(), other.close()])
    })
    // Its locks stay for as long as we look.
    await sweeper.db.execute(sql`begin`)
    expect(await sweepBatch(sweeper.db)).toMatchObject({ activities: batchSize })
    await other.db.execute(sql`select set_config('lock_timeout', '100ms', false)`)
    expect(readJson((await listHome(other.db, { limit: 50 })).body)).toHaveLength(50)
    const reply = { sub: 'di', message: 'Hello', replyTo: live?.uuid ?? '' }
    expect(await insertReply(other.db, reply)).toContain('Hello')
    await sweeper.db.execute(sql`rollback`)
  })
})
