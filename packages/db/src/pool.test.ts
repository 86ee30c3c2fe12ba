import { randomUUID } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { type ConnectOptions, connect, type Database } from './client.ts'
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

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const ask = (
  { db: asked }: Database,
  text: string,
  parameters: unknown[] = [],
  effect: Statement['effect'] = 'none',
) => asked.run({ text, parameters, rows: 'objects', effect })

it('lets nobody go past who waits for a connection', async () => {
  const pool = connect(url, { poolSize: 1 })
  const order: string[] = []
  const run = (name: string, effect: Statement['effect'], seconds = 0) =>
    ask(pool, `select pg_sleep(${seconds})`, [], effect).then(() => order.push(name))
  const answers = [run('first', 'none', 0.1), run('write', 'once'), run('read', 'none')]
  expect(pool.stats()).toEqual({ open: 1, idle: 0, waiting: 2 })
  await Promise.all(answers)
  expect(order).toEqual(['first', 'write', 'read'])
  expect(pool.stats()).toEqual({ open: 1, idle: 1, waiting: 0 })
  await pool.close()
})

const killAll = (applicationName: string) =>
  session.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
    [applicationName],
  )

it('forgets one that is closed while it lies idle', async () => {
  const pool = connect(url, { applicationName: 'forgotten' })
  await ask(pool, 'select 1')
  await killAll('forgotten')
  await expect.poll(pool.stats).toEqual({ open: 0, idle: 0, waiting: 0 })
  await pool.close()
})

it('serves who waits for one that is lost', async () => {
  const pool = connect(url, { applicationName: 'lost', poolSize: 1 })
  await ask(pool, 'select 1')
  const lost = ask(pool, 'select pg_sleep(10)', [], 'once').catch((error: unknown) => error)
  const waits = ask(pool, 'select 2 as two')
  await pause(50)
  await killAll('lost')
  expect(await waits).toEqual([{ two: 2 }])
  expect(isUnavailable(await lost)).toBe(true)
  await pool.close()
})

it('gives nothing of an answer that failed in its middle to the next', async () => {
  const pool = connect(url, { poolSize: 1 })
  const failing = `select repeat('x', 3000), 1 / (6 - g) from generate_series(1, 9) as g`
  await expect(ask(pool, failing)).rejects.toThrow()
  expect(await ask(pool, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(pool.stats()).toEqual({ open: 1, idle: 1, waiting: 0 })
  await pool.close()
})

it.each([
  ['what it writes', 'insert into counted values ($1)', 'boolean using true', []],
  ['what it answers', 'insert into counted values ($1) returning a', 'text', [{ a: '0' }]],
])(
  'says again, though it is to be said once, what fits no more in %s',
  async (_, text, type, answer) => {
    await session.query('create table counted (a int)')
    const pool = connect(url, { poolSize: 1 })
    await ask(pool, text, ['1'], 'once')
    await session.query(`alter table counted alter a type ${type}`)
    expect(await ask(pool, text, ['0'], 'once')).toEqual(answer)
    expect(await session.query('select a from counted')).toHaveLength(2)
    await session.query('drop table counted')
    await pool.close()
  },
)

describe('where four connections are read from', () => {
  const sleep = 'select pg_sleep($1::float8), $2::text as name'
  const echo = 'select $1::text as name'
  const write = `update users set bio = $1 where handle = 'nobody'`

  /** A pool that has a plan for each of the texts on four connections, which lie idle. */
  async function openPlanned(texts: [string, unknown[]][], options: ConnectOptions = {}) {
    const pool = connect(url, { applicationName: `pool-${randomUUID()}`, ...options })
    for (const [text, parameters] of texts)
      await Promise.all(Array.from({ length: 4 }, () => ask(pool, text, parameters)))
    expect(pool.stats()).toEqual({ open: 4, idle: 4, waiting: 0 })
    return pool
  }

  const planned: [string, unknown[]][] = [
    [sleep, [0.05, 'before']],
    [echo, ['before']],
  ]
  const readAll = (pool: Database, count: number, seconds = 0.1) =>
    Array.from({ length: count }, (_, n) => ask(pool, sleep, [seconds, `${n}`]))

  it('the next reads stand behind those, up to eight on one, and each is told its own', async () => {
    const pool = await openPlanned(planned)
    await pause(100)
    const reads = readAll(pool, 32, 0.02)
    expect(pool.stats()).toEqual({ open: 4, idle: 0, waiting: 0 })
    const more = readAll(pool, 1)
    expect(pool.stats()).toEqual({ open: 5, idle: 0, waiting: 0 })
    const names = (await Promise.all(reads)).map((rows) => rows[0])
    expect(names).toEqual(Array.from({ length: 32 }, (_, n) => ({ pg_sleep: '', name: `${n}` })))
    await Promise.all(more)
    await pool.close()
  })

  it.each<[string, string, unknown[], Statement['effect']]>([
    ['a write', write, ['new'], 'once'],
    ['a write that may be said twice', write, ['new'], 'repeatable'],
    ['a read without a plan', 'select $1::text as other', ['name'], 'none'],
    ['a read of what the driver might refuse to write', echo, [Symbol.iterator], 'none'],
    ['a read of what it plans for anew', echo, [true], 'none'],
    ['a read of what it may not write at once', echo, ['x'.repeat(1001)], 'none'],
    ['a read of more than it writes', echo, Array(21).fill('x'), 'none'],
  ])('%s has one of its own', async (_name, text, parameters, effect) => {
    const pool = await openPlanned(planned)
    const reads = readAll(pool, 8)
    expect(pool.stats()).toEqual({ open: 4, idle: 0, waiting: 0 })
    const own = ask(pool, text, parameters, effect).catch(() => {})
    expect(pool.stats().open).toBe(5)
    await Promise.all([own, ...reads])
    await pool.close()
  })

  it('a read of another type than was planned for has one of its own', async () => {
    const pool = await openPlanned([...planned.slice(0, 1), [echo, [true]]])
    const reads = readAll(pool, 4)
    const own = ask(pool, echo, ['a'])
    expect(pool.stats().open).toBe(5)
    expect(await own).toEqual([{ name: 'a' }])
    await Promise.all(reads)
    await pool.close()
  })

  it('no read stands behind a write', async () => {
    const pool = await openPlanned([...planned, [write, ['old']]])
    const writes = Array.from({ length: 4 }, () => ask(pool, write, ['new'], 'repeatable'))
    const read = ask(pool, echo, ['a'])
    expect(pool.stats()).toEqual({ open: 5, idle: 0, waiting: 0 })
    await Promise.all([read, ...writes])
    await pool.close()
  })

  it('no read stands behind one that stands still', async () => {
    const pool = await openPlanned(planned)
    const reads = readAll(pool, 4, 0.4)
    await pause(100)
    expect(await ask(pool, echo, ['at once'])).toEqual([{ name: 'at once' }])
    expect(pool.stats()).toMatchObject({ open: 5, idle: 1 })
    await Promise.all(reads)
    await pool.close()
  })

  it('slow reads stand side by side', async () => {
    const pool = await openPlanned(planned)
    await Promise.all(readAll(pool, 4, 0.05))
    const reads = readAll(pool, 7, 0.05)
    expect(pool.stats()).toEqual({ open: 7, idle: 0, waiting: 0 })
    await Promise.all(reads)
    await pool.close()
  })

  it('a read does not go past a write that waits', async () => {
    const pool = await openPlanned(planned, { poolSize: 4 })
    const reads = [...readAll(pool, 1, 0.05), ...readAll(pool, 3, 0.4)]
    const order: string[] = []
    const rest = [
      ask(pool, write, ['new'], 'once').then(() => order.push('write')),
      ask(pool, echo, ['a']).then(() => order.push('read')),
      ask(pool, echo, ['b']).then(() => order.push('read')),
    ]
    expect(pool.stats().waiting).toBe(3)
    await Promise.all([...reads, ...rest])
    expect(order).toEqual(['write', 'read', 'read'])
    expect(pool.stats()).toEqual({ open: 4, idle: 4, waiting: 0 })
    await pool.close()
  })

  it('who waits stands behind no write either', async () => {
    const pool = await openPlanned(planned, { poolSize: 4 })
    const reads = [...readAll(pool, 1, 0.05), ...readAll(pool, 3, 0.4)]
    const rest = [ask(pool, sleep, [0.3, 'written'], 'repeatable'), ask(pool, echo, ['a'])]
    expect(pool.stats().waiting).toBe(2)
    await reads[0]
    expect(pool.stats().waiting).toBe(1)
    await Promise.all([...reads, ...rest])
    await pool.close()
  })

  it('who waits joins as soon as there is room', async () => {
    const pool = await openPlanned(planned, { poolSize: 4 })
    const reads = [...readAll(pool, 12, 0), ...readAll(pool, 20, 0.2)]
    const late = readAll(pool, 4, 0)
    expect(pool.stats().waiting).toBe(4)
    await Promise.all(reads.slice(0, 12))
    expect(pool.stats()).toEqual({ open: 4, idle: 0, waiting: 0 })
    await Promise.all([...reads, ...late])
    expect(pool.stats()).toEqual({ open: 4, idle: 4, waiting: 0 })
    await pool.close()
  })

  it('those who wait share what a write leaves', async () => {
    const pool = await openPlanned(planned, { poolSize: 4 })
    const writeFor = (seconds: number) => ask(pool, sleep, [seconds, 'written'], 'once')
    const writes = [writeFor(0.05), writeFor(0.5), writeFor(0.5), writeFor(0.5)]
    const reads = [...readAll(pool, 4, 0), ...readAll(pool, 6, 0.1)]
    expect(pool.stats().waiting).toBe(10)
    await Promise.all(reads.slice(0, 4))
    expect(pool.stats()).toEqual({ open: 4, idle: 0, waiting: 0 })
    await Promise.all([...writes, ...reads])
    await pool.close()
  })

  it('no read stands behind one that is planned first', async () => {
    const pool = await openPlanned(planned)
    const others = Array.from({ length: 4 }, () =>
      ask(pool, 'select pg_sleep(0.1), $1::text', ['a']),
    )
    expect(pool.stats()).toEqual({ open: 4, idle: 0, waiting: 0 })
    const read = ask(pool, echo, ['a'])
    expect(pool.stats().open).toBe(5)
    await Promise.all([read, ...others])
    await pool.close()
  })

  it('nothing is shared where nothing is prepared', async () => {
    const pool = connect(`${url}?prepare=false`)
    for (let round = 0; round < 2; round++) {
      const reads = readAll(pool, 6)
      expect(pool.stats()).toEqual({ open: 6, idle: 0, waiting: 0 })
      await Promise.all(reads)
    }
    await pool.close()
  })

  it('all that read on one which dies are answered on another, and none stays behind', async () => {
    const applicationName = `pool-${randomUUID()}`
    const pool = await openPlanned(planned, { applicationName })
    const pids = async (state: string) => {
      const found = `select pid from pg_stat_activity where application_name = $1 and state like $2`
      return (await session.query<{ pid: number }>(found, [applicationName, state])).map(
        ({ pid }) => pid,
      )
    }
    const reads = readAll(pool, 32, 0.05)
    await expect.poll(() => pids('active')).toHaveLength(4)
    for (const pid of await pids('active'))
      await session.query('select pg_terminate_backend($1)', [pid])
    const names = (await Promise.all(reads)).map((rows) => rows[0])
    expect(names).toEqual(Array.from({ length: 32 }, (_, n) => ({ pg_sleep: '', name: `${n}` })))
    await expect.poll(async () => (await pids('%')).length - pool.stats().open).toBe(0)
    await pool.close()
    await expect.poll(() => pids('%')).toEqual([])
  })

  it('nobody is given another’s answer where plans went stale', async () => {
    await session.query('create table kept (a int)')
    await session.query('insert into kept values (1)')
    const kept = 'select a::text, $1::text as name from kept'
    const raw = 'select a, $1::text as name from kept'
    const pool = await openPlanned([...planned, [raw, ['before']], [kept, ['before']]])
    for (const type of ['text', 'bigint using a::bigint', 'varchar', 'int using a::int']) {
      await session.query(`alter table kept alter a type ${type}`)
      const asked = Array.from({ length: 96 }, (_, n) => `${n}`)
      const texts = [raw, echo, kept, echo]
      const answers = await Promise.all(
        asked.map((name, n) => ask(pool, texts[n % texts.length] ?? echo, [name])),
      )
      expect(answers.map((rows) => rows[0])).toMatchObject(asked.map((name) => ({ name })))
      expect(answers.map(([row]) => String(Object(row).a ?? 1))).toEqual(asked.map(() => '1'))
    }
    expect(pool.stats().waiting).toBe(0)
    await pool.close()
  })

  it('one keeps nothing of what it has answered', async () => {
    const pool = await openPlanned(planned)
    const others = readAll(pool, 4, 0.05)
    const answered = ask(pool, echo, ['a']).then((rows) => new WeakRef(rows))
    others.push(...readAll(pool, 8, 0.3))
    const answer = await answered
    await others[0]
    // Whoever makes a WeakRef keeps what it is of until the turn is over.
    await new Promise(setImmediate)
    setFlagsFromString('--expose-gc')
    runInNewContext('gc')()
    expect(pool.stats()).toEqual({ open: 4, idle: 0, waiting: 0 })
    expect(answer.deref()).toBeUndefined()
    await Promise.all(others)
    await pool.close()
  })
})
