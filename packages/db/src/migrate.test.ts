import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { databaseOf } from './databases.ts'
import { baseline } from './journal.ts'
import { migrate, readHistory } from './migrate.ts'
import { dumpCatalog, emptyDatabase, migration } from './migrations.testing.ts'
import { migrationsFolder, readMigrations } from './migrations-folder.ts'
import { openSession, quoteName, type Session } from './session.ts'
import { findShape } from './shape.ts'

const one = migration(1, ['create table one (id int)'])
const two = migration(2, ['create table two (id int)', 'insert into two values (2)'])
const three = migration(3, ['create table three (id int)'])

const listTables = async (session: Session) => {
  const rows = await session.query(
    "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
  )
  return rows.map((row) => row.relname)
}

describe('migrate', () => {
  it('applies each file once, however many run it at the same time', async () => {
    const { url, session } = await emptyDatabase()
    const runs = await Promise.all(Array.from({ length: 8 }, () => migrate(url)))
    const applied = runs.flat().map(({ tag }) => tag)
    expect(applied.toSorted()).toEqual(readMigrations().map(({ tag }) => tag))
    expect(await listTables(session)).toContain('activities')
  })

  it('applies only what is new', async () => {
    const { url, session } = await emptyDatabase()
    await migrate(url, { migrations: [one] })
    expect(await migrate(url, { migrations: [one, two] })).toEqual([two])
    expect(await listTables(session)).toEqual(['one', 'two'])
  })

  it('makes its tables in public, whatever the search path of the role or the database', async () => {
    const { url, session } = await emptyDatabase()
    const [found] = await session.query('select current_database() as name')
    await session.query(`alter database ${found?.name} set search_path = elsewhere`)
    await migrate(url, { migrations: [one] })
    expect(await listTables(session)).toEqual(['one'])
  })

  it('gives way to others soon, and has all the time for itself, whatever the database says', async () => {
    const { url, session } = await emptyDatabase()
    const name = quoteName(databaseOf(url))
    await session.query(`alter database ${name} set statement_timeout = '1min'`)
    await session.query(`alter database ${name} set lock_timeout = '1min'`)
    const look = migration(1, [
      `create table limits as select current_setting('lock_timeout') as lock,
         current_setting('statement_timeout') as statement`,
    ])
    await migrate(url, { migrations: [look] })
    expect(await session.query('select * from limits')).toEqual([{ lock: '2s', statement: '0' }])
  })

  it('leaves nothing of a file that fails, and keeps those before it', async () => {
    const { url, session } = await emptyDatabase()
    const broken = migration(2, ['create table half (id int)', 'create table half (id int)'])
    await expect(migrate(url, { migrations: [one, broken] })).rejects.toThrow(
      /0002_test failed: .*already exists.*Nothing of it was applied/,
    )
    expect(await listTables(session)).toEqual(['one'])
    expect(await migrate(url, { migrations: [one, two] })).toEqual([two])
  })

  it('does not claim a database by a first file that fails', async () => {
    const { url, session } = await emptyDatabase()
    const broken = migration(1, ['create table half (id int)', 'create table half (id int)'])
    await expect(migrate(url, { migrations: [broken] })).rejects.toThrow(/already exists/)
    expect(await session.query("select to_regnamespace('drizzle')::text as made")).toEqual([
      { made: null },
    ])
    expect(await findShape(session)).toBe('empty')
  })

  it('refuses a file that was changed after it was applied', async () => {
    const { url } = await emptyDatabase()
    await migrate(url, { migrations: [one] })
    const changed = { ...one, hash: 'another' }
    await expect(migrate(url, { migrations: [changed] })).rejects.toThrow(
      /0001_test was changed after it was applied/,
    )
  })

  it('refuses a file that slipped in before one that is applied', async () => {
    const { url, session } = await emptyDatabase()
    await migrate(url, { migrations: [one, three] })
    await expect(migrate(url, { migrations: [one, two, three] })).rejects.toThrow(
      /0002_test comes before 0003_test/,
    )
    expect(await listTables(session)).toEqual(['one', 'three'])
  })

  it('refuses a database that a newer version migrated', async () => {
    const { url } = await emptyDatabase()
    await migrate(url, { migrations: [one, two] })
    await expect(migrate(url, { migrations: [one] })).rejects.toThrow(
      /does not know .*: deploy that one/,
    )
  })

  it('gives up on another migrator’s lock with the next step', async () => {
    const { url, session } = await emptyDatabase()
    await session.query('select pg_advisory_lock(7305884107)')
    await expect(migrate(url, { waitMs: 200 })).rejects.toThrow(/held the lock.*pg_stat_activity/)
  })
})

describe('on a busy table', () => {
  const change = migration(2, ['alter table one add column more int'])

  it('steps back for those behind it, and comes again until the table is free', async () => {
    const { url, session } = await emptyDatabase()
    await migrate(url, { migrations: [one] })
    const reader = openSession(url)
    await session.query('begin')
    await session.query('lock table one in access share mode')
    const run = migrate(url, { migrations: [one, change] })
    await expect.poll(() => countWaiting(reader), { timeout: 30_000 }).toBe(1)
    // Behind the migrator, which waits for a transaction that does not end.
    expect(await reader.query('select * from one')).toEqual([])
    await session.query('commit')
    expect(await run).toEqual([change])
    await reader.close()
  })

  it('gives up with the reason, and nothing changed', async () => {
    const { url, session } = await emptyDatabase()
    await migrate(url, { migrations: [one] })
    await session.query('begin')
    await session.query('lock table one in access share mode')
    await expect(migrate(url, { migrations: [one, change], waitMs: 50 })).rejects.toThrow(
      /0002_test failed: .*lock timeout.*Nothing of it was applied.*long transaction/,
    )
    await session.query('commit')
  })

  const countWaiting = async (session: Session) => {
    const rows = await session.query(
      `select 1 from pg_locks where relation = 'one'::regclass and not granted`,
    )
    return rows.length
  }
})

describe('a file without a transaction', () => {
  const concurrent = migration(
    2,
    ['drop index concurrently if exists one_idx', 'create index concurrently one_idx on one (id)'],
    { transactional: false },
  )

  it('waits for old transactions, and mends the index of a run that died', async () => {
    const { url, session } = await emptyDatabase()
    await migrate(url, { migrations: [one] })
    await session.query('begin')
    await session.query('insert into one values (1)')
    const died = migrate(url, { migrations: [one, concurrent] })
    died.catch(() => {})
    const other = openSession(url)
    const building = () =>
      other.query(`select pid from pg_stat_progress_create_index where phase ~ 'waiting'`)
    await expect.poll(building, { timeout: 30_000 }).toHaveLength(1)
    await other.query(`select pg_terminate_backend(pid) from pg_stat_progress_create_index`)
    await expect(died).rejects.toThrow(/0002_test failed: .*statements before that are in place/)
    await session.query('commit')
    const valid = `select indisvalid as valid from pg_index where indexrelid = 'one_idx'::regclass`
    expect(await other.query(valid)).toEqual([{ valid: false }])
    expect(await migrate(url, { migrations: [one, concurrent] })).toEqual([concurrent])
    expect(await other.query(valid)).toEqual([{ valid: true }])
    await other.close()
  })
})

describe('a database that is not ours', () => {
  it.each([
    ['the bootcamp’s tables', ['create table users ()', 'create table activities ()'], /adopt/],
    ['a table', ['create table theirs ()'], /not Cruddur’s/],
    ['a table in another schema', ['create schema s', 'create table s.t ()'], /not Cruddur’s/],
    ['a type', ["create type mood as enum ('happy')"], /not Cruddur’s/],
    [
      'another project’s journal',
      [
        'create schema drizzle',
        'create table drizzle.__drizzle_migrations (id serial, hash text, created_at bigint)',
        "insert into drizzle.__drizzle_migrations values (1, 'theirs', 5)",
      ],
      /not Cruddur’s/,
    ],
  ])('is left as it is: %s', async (_, statements, refusal) => {
    const { url, session } = await emptyDatabase()
    for (const statement of statements) await session.query(statement)
    const before = await dumpCatalog(session)
    await expect(migrate(url)).rejects.toThrow(refusal)
    expect(await dumpCatalog(session)).toEqual(before)
    expect(await findShape(session)).not.toBe('ours')
  })

  it('is not one that holds an extension and an empty journal', async () => {
    const { session } = await emptyDatabase()
    await session.query('create extension pg_trgm')
    await session.query('create schema drizzle')
    await session.query(
      'create table drizzle.__drizzle_migrations (id serial, hash text, created_at bigint)',
    )
    expect(await findShape(session)).toBe('empty')
  })
})

it('goes on from a baseline', async () => {
  const { url, session } = await emptyDatabase()
  await session.query('create table one ()')
  await session.transaction(() => baseline(session, [one]))
  const { applied, pending } = await readHistory(session, [one, two])
  expect([applied.map((each) => each.migration), pending]).toEqual([[one], [two]])
  expect(Date.now() - Number(applied[0]?.appliedAt)).toBeLessThan(3_600_000)
  expect(await migrate(url, { migrations: [one, two] })).toEqual([two])
})

describe('the migrations folder', () => {
  const journal = JSON.parse(readFileSync(join(migrationsFolder, 'meta/_journal.json'), 'utf8'))
  const listSql = (folder: string) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.sql'))
      .map((name) => name.replace('.sql', ''))
      .toSorted()

  it('has a journal that only ever grows, and the files that it names', () => {
    const entries: { idx: number; when: number; tag: string }[] = journal.entries
    for (const [index, { idx, when, tag }] of entries.entries()) {
      expect(idx).toBe(index)
      expect(tag).toMatch(new RegExp(`^${String(index).padStart(4, '0')}_`))
      expect(when).toBeGreaterThan(entries[index - 1]?.when ?? 0)
    }
    expect(listSql(migrationsFolder)).toEqual(entries.map(({ tag }) => tag))
  })

  it('has a down file for each, and none besides', () => {
    expect(listSql(join(migrationsFolder, 'down'))).toEqual(listSql(migrationsFolder))
  })

  it('drops an index before it makes it concurrently, which may have left an invalid one', () => {
    for (const { tag, statements } of readMigrations()) {
      const text = statements.join('\n')
      for (const [, name] of text.matchAll(/create (?:unique )?index concurrently (\S+)/gi)) {
        expect(text, tag).toMatch(new RegExp(`drop index concurrently if exists ${name}`, 'i'))
      }
    }
  })
})
