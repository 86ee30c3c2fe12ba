import { afterAll, beforeEach, expect, it } from 'vitest'
import { createDatabase, databaseOf, dropDatabase, withDatabase } from '../databases.ts'
import { openSession } from '../session.ts'
import { cloneDatabase } from '../testing.ts'
import { runDb } from './run-db.testing.ts'

const clone = await cloneDatabase()
const name = `${databaseOf(clone.url)}_setup`
const url = withDatabase(clone.url, name)
const run = (...words: string[]) => runDb(words, { CONNECTION_URL: url })

async function ask(text: string) {
  const session = openSession(url)
  const rows = await session.query(text)
  await session.close()
  return rows
}

beforeEach(() => dropDatabase(url))
afterAll(() => dropDatabase(url))

it('creates, sets up from nothing and again, and drops', { timeout: 60_000 }, async () => {
  expect(await run('create')).toMatchObject({
    code: 0,
    stdout: 'Created. Next: `pnpm db migrate local`.\n',
  })
  expect((await run('create')).stdout).toBe('It exists already: nothing was done.\n')
  const first = await run('setup', '--size', '500')
  expect(first.stdout).toMatch(/Seeded 4 people and 12 cruds.*\n.*5 people and 500 cruds/)
  await ask("update users set bio = 'mine'")
  expect((await run('setup', '--size', '1')).stdout).toContain('with 1 person and 1 crud.')
  expect(await ask("select count(*)::int from users where bio = 'mine'")).toEqual([{ count: 0 }])
  expect(await run('drop')).toMatchObject({ code: 0, stdout: 'Dropped.\n' })
  expect((await run('drop')).code).toBe(0)
})

it.each([
  ['the bootcamp’s', 'create table users (); create table activities ()', /`pnpm db adopt`/],
  ['somebody’s', 'create table invoices ()', /What it holds is not ours/],
])('spares %s tables without a word, on this machine too', async (_, tables, reason) => {
  await createDatabase(url)
  for (const statement of tables.split('; ')) await ask(statement)
  for (const words of [['drop'], ['setup'], ['setup', '--force'], ['drop', '--yes']]) {
    const { code, output } = await run(...words)
    expect(output).toMatch(reason)
    expect(output).toContain(`add --yes --confirm ${name}`)
    expect(code).toBe(1)
  }
  expect((await run('drop', '--yes', '--confirm', `${name}x`)).output).toMatch(/another database/)
  expect(
    await ask('select count(*)::int from pg_tables where schemaname = $$public$$'),
  ).not.toEqual([{ count: 0 }])
  expect((await run('drop', '--yes', '--confirm', name)).code).toBe(0)
})

it('points a seed of the bootcamp’s tables to their adoption', async () => {
  await createDatabase(url)
  await ask('create table users ()')
  await ask('create table activities ()')
  const { code, output } = await run('seed')
  expect(output).toMatch(/the bootcamp’s are: run `pnpm db adopt local` first/)
  expect(code).toBe(1)
})

it('wants a word for RDS at the near end of a tunnel', async () => {
  await createDatabase(url)
  await ask(`alter database ${name} set rds.extensions = 'x'`)
  for (const command of ['drop', 'setup', 'seed', 'rollback']) {
    const { code, output } = await run(command)
    expect(output).toMatch(/It is on RDS, through a tunnel: add --yes --confirm/)
    expect(code).toBe(1)
  }
  expect((await run('drop', '--yes', '--confirm', name)).code).toBe(0)
})

it('says who is connected and leaves them, unless forced', async () => {
  await createDatabase(url)
  const someone = openSession(url, 'psql of Di')
  await someone.query('select 1')
  const { code, output } = await run('drop')
  expect(output).toMatch(/connected to \w+ are psql of Di as \w+ \(1\)\. Stop them, or add --force/)
  expect(code).toBe(1)
  await someone.query('select 1')
  expect((await run('drop', '--force')).code).toBe(0)
  await someone.close()
})
