import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { sql } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { connect } from './client.ts'
import { cloneDatabase } from './testing.ts'
import { isUnavailable } from './unavailable.ts'

const database = await cloneDatabase()
const { session } = database

/** Ends every session on the database but our own. */
const killOthers = () =>
  session.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  )

const rejection = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('a killed connection', () => {
  it('is replaced unseen under a read', async () => {
    const { db, close } = connect(database.url, { poolSize: 5 })
    const readOne = () => db.execute(sql`select 1 as one`)
    await Promise.all(Array.from({ length: 20 }, readOne))
    await killOthers()
    const answers = await Promise.all(Array.from({ length: 20 }, readOne))
    expect(answers).toEqual(Array(20).fill([{ one: 1 }]))
    await close()
  })

  it('fails a write that was under way, and only that one', async () => {
    const { db, close } = connect(database.url, { poolSize: 1 })
    const write = db.execute(
      sql`with slow as (select pg_sleep(2)) update users set bio = bio from slow`,
    )
    const failed = rejection(write)
    await expect
      .poll(() => session.query("select 1 from pg_stat_activity where query like 'with slow%'"))
      .toHaveLength(1)
    await killOthers()
    expect(isUnavailable(await failed)).toBe(true)
    expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])
    await close()
  })
})

describe('the deadline', () => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => sockets.push(socket.on('error', () => {})))

  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })

  it('ends the wait for a server that accepts and says nothing', async () => {
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const { db, stats, close } = connect(`postgres://a:b@127.0.0.1:${port}/c`, { deadlineMs: 200 })
    const failures = await Promise.all(
      Array.from({ length: 30 }, () => rejection(db.execute(sql`select 1`))),
    )
    expect(failures.every(isUnavailable)).toBe(true)
    expect(stats()).toEqual({ open: 0, idle: 0, waiting: 0 })
    await close()
  })

  it('holds for a statement that takes too long, and frees its place', async () => {
    const { db, close } = connect(database.url, { poolSize: 1, deadlineMs: 300 })
    expect(isUnavailable(await rejection(db.execute(sql`select pg_sleep(10)`)))).toBe(true)
    expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])
    await expect
      .poll(() =>
        session.query(
          "select 1 from pg_stat_activity where query like '%pg_sleep(10)' and state = 'active'",
        ),
      )
      .toHaveLength(0)
    await close()
  })

  it('holds for those who wait for a free connection', async () => {
    const { db, stats, close } = connect(database.url, { poolSize: 1, deadlineMs: 400 })
    const outcomes = Promise.all(
      [10, 0, 0].map((seconds) => rejection(db.execute(sql`select pg_sleep(${seconds})`))),
    )
    await expect.poll(stats).toEqual({ open: 1, idle: 0, waiting: 2 })
    expect((await outcomes).map(isUnavailable)).toEqual([true, true, true])
    expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }])
    await close()
  })
})

it('refuses who would stand in line for too long, and serves on', async () => {
  const options = { poolSize: 1, deadlineMs: 30_000, longestWaitMs: 50 }
  const { db, stats, close } = connect(database.url, options)
  const held = db.execute(sql`select pg_sleep(1)`).then(() => 'answered')
  expect(isUnavailable(await rejection(db.execute(sql`select 1`)))).toBe(true)
  expect(stats()).toEqual({ open: 1, idle: 0, waiting: 0 })
  expect(await held).toBe('answered')
  await close()
})

it('says that the database is unavailable when nothing listens there', async () => {
  const { db, close } = connect('postgres://a:b@127.0.0.1:1/c')
  expect(isUnavailable(await rejection(db.execute(sql`select 1`)))).toBe(true)
  await close()
})

it.each<[string, (url: URL) => void]>([
  ['refuses the password', (url) => Object.assign(url, { password: 'changed' })],
  ['does not have it', (url) => Object.assign(url, { pathname: '/nowhere' })],
])('says so too when the server %s', async (_, change) => {
  const url = new URL(database.url)
  change(url)
  const { db, close } = connect(url.href)
  expect(isUnavailable(await rejection(db.execute(sql`select 1`)))).toBe(true)
  await close()
})

it('takes no connection twice that the server refused to open', async () => {
  await session.query('create role few login password $$few$$ connection limit 2')
  const url = new URL(database.url)
  Object.assign(url, { username: 'few', password: 'few' })
  const { db, stats, close } = connect(url.href, { poolSize: 6 })
  const ask = (seconds = 0) => rejection(db.execute(sql`select pg_sleep(${seconds}::float8)`))
  let areHeld = true
  const held = Promise.all([ask(0.2), ask(0.2)]).then((errors) => {
    areHeld = false
    return errors
  })
  const active = "select from pg_stat_activity where usename = 'few' and state = 'active'"
  await expect.poll(() => session.query(active)).toHaveLength(2)
  // One after the other, so that what was refused last would be taken next.
  while (areHeld) expect(isUnavailable((await ask()) ?? { code: '53300' })).toBe(true)
  expect(await held).toEqual([undefined, undefined])
  for (let n = 0; n < 10; n++) expect(await ask()).toBeUndefined()
  expect(stats().open).toBeLessThanOrEqual(2)
  await close()
  await session.query('drop role few')
})

it('does not call a mistake of ours unavailable', async () => {
  const error = await rejection(database.db.execute(sql`select * from nowhere`))
  expect(error).toBeInstanceOf(Error)
  expect(isUnavailable(error)).toBe(false)
})

it('closes while statements run, and refuses new ones', async () => {
  const { db, stats, close } = connect(database.url, { poolSize: 2 })
  // Drizzle sends nothing before somebody waits for it.
  const running = db.execute(sql`select pg_sleep(0.3), 1 as one`).then((rows) => rows)
  await expect.poll(stats).toMatchObject({ open: 1, idle: 0 })
  const closed = close()
  expect(await running).toMatchObject([{ one: 1 }])
  await closed
  expect(isUnavailable(await rejection(db.execute(sql`select 1`)))).toBe(true)
})

it('leaves nothing prepared where a pooler would lose it', async () => {
  const countPrepared = async (parameters: string) => {
    const { db, close } = connect(`${database.url}${parameters}`, { poolSize: 1 })
    await db.execute(sql`select ${1}::int as one`)
    const rows = await db.execute(sql`select count(*)::int from pg_prepared_statements`)
    await close()
    return rows
  }
  expect(await countPrepared('?prepare=false')).toEqual([{ count: 0 }])
  expect(await countPrepared('')).not.toEqual([{ count: 0 }])
})

it('hands a read-only connection back to nobody', async () => {
  const { db, stats, close } = connect(database.url, { poolSize: 1 })
  await db.execute(sql`select set_config('default_transaction_read_only', 'on', false)`)
  const refused = await rejection(db.execute(sql`update users set bio = bio`))
  expect(isUnavailable(refused)).toBe(true)
  expect(stats().open).toBe(0)
  expect(await db.execute(sql`update users set bio = bio`)).toEqual([])
  await close()
})
