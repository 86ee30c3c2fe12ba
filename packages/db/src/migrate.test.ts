import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { createDatabase, dropDatabase, withDatabase } from './databases.ts'
import { migrate } from './migrate.ts'
import type { Migration } from './migrations-folder.ts'
import { readMigrations } from './migrations-folder.ts'
import { openSession, type Session } from './session.ts'

const { url: serverUrl, template } = inject('testServer')
const opened: { url: string; session: Session }[] = []

async function emptyDatabase() {
  const url = withDatabase(
    serverUrl,
    template.replace('template', `empty_${randomUUID().slice(0, 8)}`),
  )
  await createDatabase(url)
  const session = openSession(url)
  opened.push({ url, session })
  return { url, session }
}

afterAll(async () => {
  for (const { url, session } of opened) {
    await session.close()
    await dropDatabase(url)
  }
})

const migration = (n: number, statements: string[], transactional = true): Migration => ({
  tag: `000${n}_test`,
  createdAt: n,
  hash: `hash ${statements}`,
  statements,
  transactional,
})

const one = migration(1, ['create table one (id int)'])
const two = migration(2, ['create table two (id int)', 'insert into two values (2)'])

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

  it('leaves nothing of a file that fails, and keeps those before it', async () => {
    const { url, session } = await emptyDatabase()
    const broken = migration(2, ['create table half (id int)', 'create table half (id int)'])
    await expect(migrate(url, { migrations: [one, broken] })).rejects.toThrow(
      /0002_test failed: .*already exists.*Nothing of it was applied/,
    )
    expect(await listTables(session)).toEqual(['one'])
    expect(await migrate(url, { migrations: [one, two] })).toEqual([two])
  })

  it('runs a marked file outside a transaction', async () => {
    const { url } = await emptyDatabase()
    const concurrent = migration(2, ['create index concurrently one_idx on one (id)'], false)
    expect(await migrate(url, { migrations: [one, concurrent] })).toHaveLength(2)
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
    await migrate(url, { migrations: [two] })
    await expect(migrate(url, { migrations: [one, two] })).rejects.toThrow(
      /0001_test comes before 0002_test/,
    )
    expect(await listTables(session)).toEqual(['two'])
  })

  it('refuses a database that a newer version migrated', async () => {
    const { url } = await emptyDatabase()
    await migrate(url, { migrations: [one, two] })
    await expect(migrate(url, { migrations: [one] })).rejects.toThrow(/does not know/)
  })

  it('gives up on another migrator’s lock with the next step', async () => {
    const { url, session } = await emptyDatabase()
    await session.query('select pg_advisory_lock(7305884107)')
    await expect(migrate(url, { waitMs: 200 })).rejects.toThrow(/held the lock.*pg_stat_activity/)
  })

  it('does not touch the bootcamp’s tables', async () => {
    const { url, session } = await emptyDatabase()
    await session.query('create table users (uuid uuid primary key, handle text)')
    await session.query('create table activities (uuid uuid primary key, message text)')
    await expect(migrate(url)).rejects.toThrow(/pnpm db adopt/)
    expect(await session.query("select to_regnamespace('drizzle')::text as made")).toEqual([
      { made: null },
    ])
  })
})

it('reads every migration in the journal’s order', () => {
  const times = readMigrations().map(({ createdAt }) => createdAt)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(new Set(times).size).toBe(times.length)
})
