import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type SQL, sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { connect, type Database } from './client.ts'
import type { Statement } from './pool.ts'
import { openSession } from './session.ts'
import { cloneDatabase } from './testing.ts'
import { isUnavailable } from './unavailable.ts'

const { url, db, session } = await cloneDatabase()

const waiting = `select 1 from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`

it('says a statement again that a deadlock undid', async () => {
  await session.query("insert into users (handle, display_name) values ('di', 'Di'), ('ed', 'Ed')")
  const other = openSession(url)
  await other.query("set deadlock_timeout = '1h'")
  await other.query('begin')
  await other.query("update users set bio = 'mine' where handle = 'di'")
  const write = db
    .execute(sql`with first as (update users set bio = 'theirs' where handle = 'ed' returning uuid)
      update users set display_name = 'Diana' from first where handle = 'di'`)
    .then(() => 'written')
  await expect.poll(() => session.query(waiting), { timeout: 10_000 }).toHaveLength(1)
  // This one waits as long as it takes: it is the pool's statement that is undone.
  await other.query("update users set bio = 'mine' where handle = 'ed'")
  await other.query('commit')
  await other.close()
  expect(await write).toBe('written')
  expect(await session.query('select display_name, bio from users order by handle')).toEqual([
    { display_name: 'Diana', bio: 'mine' },
    { display_name: 'Ed', bio: 'theirs' },
  ])
})

it.each(['40P01', '40001'])('has who meets %s twice come back later', async (code) => {
  const undone = db.execute(sql.raw(`do $$ begin raise sqlstate '${code}'; end $$`))
  expect(isUnavailable(await undone.catch((error: unknown) => error))).toBe(true)
})

describe('while every connection is in use', () => {
  const sleep = (seconds: number) => sql`select pg_sleep(${seconds}::float8), 'asleep' as is`
  const write = sql`update users set bio = 'new' where handle = 'nobody'`
  // Drizzle sends nothing before somebody waits for it.
  const ask = ({ db: asked }: Database, statement: SQL) =>
    asked.execute(statement).then(([row]) => row)
  const asleep = `select pid from pg_stat_activity where query like '%asleep%' and state = 'active'
    and datname = current_database() and pid <> pg_backend_pid()`

  it('reads stand behind one another on one, and a write waits for one of its own', async () => {
    const pool = connect(url, { poolSize: 1, statementsPerConnection: 4 })
    const reads = Array.from({ length: 4 }, () => ask(pool, sleep(0.1)))
    expect(pool.stats()).toEqual({ open: 1, idle: 0, waiting: 0 })
    const rest = [ask(pool, sleep(0)), ask(pool, write), ask(pool, sleep(0))]
    expect(pool.stats().waiting).toBe(3)
    await Promise.all([...reads, ...rest])
    expect(pool.stats()).toEqual({ open: 1, idle: 1, waiting: 0 })
    await pool.close()
  })

  it('writes that may be said twice stand behind one another, and no read behind them', async () => {
    const pool = connect(url, { poolSize: 1, statementsPerConnection: 2 })
    const order: string[] = []
    const run = (name: string, effect: Statement['effect'], seconds = 0) => {
      const text = `select pg_sleep(${seconds})`
      return pool.db
        .run({ text, parameters: [], rows: 'objects', effect })
        .then(() => order.push(name))
    }
    const answers = [run('first', 'repeatable', 0.1), run('second', 'repeatable')]
    expect(pool.stats().waiting).toBe(0)
    answers.push(run('read', 'none'), run('third', 'repeatable'), run('once', 'once'))
    expect(pool.stats().waiting).toBe(3)
    await Promise.all(answers)
    expect(order).toEqual(['first', 'second', 'read', 'third', 'once'])
    await pool.close()
  })

  it('who waits joins as soon as one of those before is answered', async () => {
    const pool = connect(url, { poolSize: 1, statementsPerConnection: 2 })
    const asked = [0, 0.3, 0].map((seconds) => ask(pool, sleep(seconds)))
    expect(pool.stats().waiting).toBe(1)
    await asked[0]
    expect(pool.stats().waiting).toBe(0)
    await Promise.all(asked)
    await pool.close()
  })

  it('a read does not go past a write that waits', async () => {
    const pool = connect(url, { poolSize: 1, statementsPerConnection: 4 })
    const first = ask(pool, sleep(0.1))
    const order: string[] = []
    await Promise.all([
      first,
      ask(pool, write).then(() => order.push('write')),
      ask(pool, sleep(0)).then(() => order.push('read')),
    ])
    expect(order).toEqual(['write', 'read'])
    await pool.close()
  })

  it('all that read on a connection which dies are answered on another', async () => {
    const pool = connect(url, { poolSize: 1, statementsPerConnection: 4 })
    const reads = Array.from({ length: 4 }, () => ask(pool, sleep(0.5)))
    const pid = async () => (await session.query<{ pid: number }>(asleep))[0]?.pid
    await expect.poll(pid).toBeDefined()
    await session.query('select pg_terminate_backend($1)', [await pid()])
    const answers = await Promise.all(reads)
    expect(answers.map((row) => row?.is)).toEqual(Array(4).fill('asleep'))
    await pool.close()
  })

  it('one keeps nothing of what it has answered', async () => {
    const pool = connect(url, { poolSize: 1, statementsPerConnection: 4 })
    const read = (text: string) =>
      pool.db.run({ text, parameters: [], rows: 'objects', effect: 'none' })
    const answered = read('select 1').then((rows) => new WeakRef(rows))
    const others = [read('select 2'), read('select pg_sleep(0.5)')]
    const answer = await answered
    await others[0]
    setFlagsFromString('--expose-gc')
    runInNewContext('gc')()
    expect(pool.stats()).toEqual({ open: 1, idle: 0, waiting: 0 })
    expect(answer.deref()).toBeUndefined()
    await Promise.all(others)
    await pool.close()
  })
})
