import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { connect } from './client.ts'
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

it('gives nobody another’s answer where a plan went stale', async () => {
  await session.query('create table kept (a int)')
  await session.query('insert into kept values (1)')
  const pool = connect(url, { poolSize: 1 })
  const ask = (text: string, name: string): Promise<unknown[]> =>
    pool.db.run({ text, parameters: [name], rows: 'objects', effect: 'none' })
  const stale = (name: string) => ask('select a, $1::text as name from kept', name)
  const other = (name: string) => ask('select $1::text as name', name)
  await stale('first')
  await other('second')
  await session.query('alter table kept alter a type text')
  const answers = await Promise.all([stale('di'), other('ed'), other('flo'), stale('gus')])
  expect(answers).toEqual([
    [{ a: '1', name: 'di' }],
    [{ name: 'ed' }],
    [{ name: 'flo' }],
    [{ a: '1', name: 'gus' }],
  ])
  await pool.close()
})

it('lets nobody go past who waits for a connection', async () => {
  const pool = connect(url, { poolSize: 1 })
  const order: string[] = []
  const run = (name: string, effect: Statement['effect'], seconds = 0) => {
    const text = `select pg_sleep(${seconds})`
    return pool.db
      .run({ text, parameters: [], rows: 'objects', effect })
      .then(() => order.push(name))
  }
  const answers = [run('first', 'none', 0.1), run('write', 'once'), run('read', 'none')]
  expect(pool.stats()).toEqual({ open: 1, idle: 0, waiting: 2 })
  await Promise.all(answers)
  expect(order).toEqual(['first', 'write', 'read'])
  expect(pool.stats()).toEqual({ open: 1, idle: 1, waiting: 0 })
  await pool.close()
})
