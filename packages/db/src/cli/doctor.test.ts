import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAsciiDatabase } from '../ascii-database.testing.ts'
import { databaseOf, dropDatabase, onServer, withDatabase } from '../databases.ts'
import type { Check } from '../doctor-way.ts'
import { quoteName } from '../session.ts'
import { cloneDatabase } from '../testing.ts'
import { runDb } from './run-db.testing.ts'

const { url, session } = await cloneDatabase()
const run = (given: string, ...words: string[]) =>
  runDb(['doctor', 'demo', ...words], { DEMO_CONNECTION_URL: given })

async function examine(given: string, ...words: string[]) {
  const { code, stdout } = await run(given, '--json', ...words)
  const { checks }: { checks: Check[] } = JSON.parse(stdout)
  return { code, states: checks.map(({ name, state }) => `${name} ${state}`), checks }
}

it('finds nothing wrong with a migrated database', async () => {
  const { code, stdout } = await run(url)
  expect(stdout).toMatch(
    /^ok {4}url +\w+ on [\s\S]*\nok {4}server +Postgres [\d.]+.*, UTF8\n[\s\S]*\nok {4}migrations +all \d+ are applied\n/,
  )
  expect(stdout).not.toMatch(/^fail/m)
  expect(code).toBe(0)
})

it.each<[string, (url: URL) => void, string, RegExp]>([
  [
    'dns',
    (to) => {
      to.hostname = 'nowhere.invalid'
    },
    'dns',
    /The host nowhere\.invalid/,
  ],
  [
    'tcp',
    (to) => {
      to.port = '1'
    },
    'tcp',
    /ECONNREFUSED/,
  ],
  [
    'tls',
    (to) => {
      to.search = 'sslmode=verify-full'
    },
    'tls',
    /does not speak TLS/,
  ],
  [
    'login',
    (to) => {
      to.password = 'hidden'
    },
    'login',
    /refuses the password/,
  ],
  [
    'login',
    (to) => {
      to.pathname = '/nowhere'
    },
    'login',
    /`pnpm db create demo`/,
  ],
])('says that it stopped at %s', async (_, change, name, sentence) => {
  const to = new URL(url)
  change(to)
  const { code, stdout } = await run(to.href)
  expect(stdout).toMatch(new RegExp(`\\nfail {2}${name} .*\\nStopped at ${name}: .*\\n$`))
  expect(stdout).toMatch(sentence)
  expect(stdout).not.toContain('hidden')
  expect(code).toBe(1)
})

it('looks at the direct URL too', async () => {
  const direct = new URL(url)
  direct.port = '1'
  const variables = { DEMO_CONNECTION_URL: url, DEMO_DIRECT_CONNECTION_URL: direct.href }
  const { code, stdout } = await runDb(['doctor', 'demo'], variables)
  expect(stdout).toMatch(/\nok {4}login .*\n[\s\S]*\nfail {2}tcp /)
  expect(code).toBe(1)
})

it('tells what takes no writes, lacks what we use, or lets the API do anything', async () => {
  const { url, session } = await cloneDatabase()
  const name = quoteName(databaseOf(url))
  await session.query(`alter database ${name} set default_transaction_read_only = on`)
  const find = async (wanted: string) =>
    (await examine(url)).checks.find(({ name }) => name === wanted)
  expect(await find('server')).toMatchObject({
    state: 'fail',
    says: expect.stringContaining('read-only'),
  })
  // What stands before Postgres’ own answers in their place.
  await session.query('create schema other')
  await session.query("create view other.pg_available_extensions as select name 'pg_trgm' as name")
  await session.query(
    'create function other.pg_is_in_recovery() returns boolean language sql return true',
  )
  await session.query(`create view other.pg_roles as select rolname, rolsuper
    from pg_catalog.pg_roles union all select 'cruddur_' || unnest, false
    from unnest(array['api', 'post_confirmation', 'migrator'])`)
  await session.query(`alter database ${name} set search_path = other, pg_catalog, public`)
  expect(await find('server')).toMatchObject({
    state: 'fail',
    says: expect.stringContaining('a replica'),
  })
  expect(await find('extensions')).toMatchObject({
    state: 'fail',
    says: 'btree_gist, fuzzystrmatch missing',
  })
  expect(await find('roles')).toMatchObject({
    state: 'warn',
    says: expect.stringMatching(/^all three are there; \w+ is a superuser$/),
  })
})

describe('on a database with every fault', () => {
  const sick = withDatabase(url, `${databaseOf(url)}_sick`)
  beforeAll(async () => {
    await createAsciiDatabase(sick)
    await onServer(url, (query) =>
      query(`alter database ${quoteName(databaseOf(sick))} set timezone = 'Europe/Berlin'`),
    )
    await session.query("insert into users (handle, display_name) values ('a', 'x'), ('b', 'x')")
    await session
      .query('create unique index concurrently "Twice" on users (display_name)')
      .catch(() => {})
    await session.query('alter table drizzle.__drizzle_migrations drop column applied_at')
  })
  afterAll(() => dropDatabase(sick))

  it('names each with what to do', async () => {
    const { code, checks } = await examine(url, '--processes', '1000')
    const todo = (name: string) => checks.find((each) => each.name === name)?.todo
    expect(todo('connections')).toMatch(/^run \d+ processes at most, /)
    expect(todo('indexes')).toBe('reindex index concurrently "Twice"')
    expect(todo('migrations')).toMatch(/add column applied_at/)
    expect(code).toBe(1)
    const { states } = await examine(`${sick}?prepare=false`)
    expect(states).toEqual(
      expect.arrayContaining(['timezone warn', 'server fail', 'migrations warn', 'roles warn']),
    )
  })
})
