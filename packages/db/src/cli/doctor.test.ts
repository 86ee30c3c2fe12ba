import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

describe('on a database with every fault', () => {
  const sick = withDatabase(url, `${databaseOf(url)}_sick`)
  beforeAll(async () => {
    const [server] = await session.query<{ old: boolean }>(
      "select current_setting('server_version_num')::int < 150000 as old",
    )
    const provider = server?.old ? '' : "locale_provider 'libc'"
    await onServer(url, (query) =>
      query(`create database ${quoteName(databaseOf(sick))} encoding 'SQL_ASCII' ${provider}
        lc_collate 'C' lc_ctype 'C' template template0`),
    )
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
