import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { dumpCatalog } from '../migrations.testing.ts'
import { openSession, type Session } from '../session.ts'
import { isLostConnection } from '../unavailable.ts'
import { adopt } from './adopt.ts'
import { fillBootcamp, openBootcamp, prod } from './bootcamp.testing.ts'

const size = 30_000

it('takes over a thread as deep as the table is long', async () => {
  const { url, session } = await openBootcamp()
  await session.query("insert into users values (md5('di')::uuid, 'Di', 'di', 'd@e.f', 'sub')")
  await session.query(
    `insert into activities (uuid, user_uuid, message, reply_to_activity_uuid)
     select md5(n::text)::uuid, md5('di')::uuid, 'Deep',
       case when n > 1 then md5((n - 1)::text)::uuid end
     from generate_series(1, $1::int) as n`,
    [size],
  )
  expect((await adopt(url))?.after.activities).toBe(size)
})

describe('halfway', async () => {
  const { url, session } = await openBootcamp()
  await fillBootcamp(session, prod, size)
  const before = await digest(session)

  it.each(['stage', 'make tables', 'migrate', 'commit'])(
    'a kill -9 before the step “%s” leaves everything as it was',
    async (step) => {
      const { exit } = startAdopting(url, step)
      expect(await exit).toEqual([null, 'SIGKILL'])
      expect(await digest(session)).toEqual(before)
    },
  )

  it.each([
    'with recursive thread',
    'insert into adopted.quarantine',
    'insert into activities',
    'ALTER TABLE "activities" ADD COLUMN "search"',
  ])('a kill -9 within the statement “%s” leaves everything as it was', async (statement) => {
    const { child, exit } = startAdopting(url)
    const running = await waitForBackends(session, 1, statement)
    child.kill('SIGKILL')
    expect(await exit).toEqual([null, 'SIGKILL'])
    expect(await listBackends(session, statement)).toEqual(running)
    expect(await digest(session)).toEqual(before)
  })

  it('the end of its connection within a statement leaves everything as it was', async () => {
    const refused = expect(adopt(url)).rejects.toSatisfy(isLostConnection)
    const [running] = await waitForBackends(session, 1, 'insert into activities')
    await session.query('select pg_terminate_backend($1)', [running?.pid])
    await refused
    expect(await digest(session)).toEqual(before)
  })

  it('nothing is in the way of who adopts it then', async () => {
    expect((await adopt(url))?.before).toEqual({ users: size / 100, activities: size })
  })
})

/** In a process of its own, which kills itself before the step. */
function startAdopting(url: string, lastStep?: string) {
  const script = `import { adopt } from ${JSON.stringify(join(import.meta.dirname, 'adopt.ts'))}
    await adopt(${JSON.stringify(url)}, {
      onStep: (step, done, total) => {
        const next = done === total ? 'commit' : step
        if (next === ${JSON.stringify(lastStep)}) process.kill(process.pid, 'SIGKILL')
      } })`
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script],
    { stdio: 'inherit', cwd: import.meta.dirname },
  )
  return { child, exit: once(child, 'exit') }
}

/** Who adopts, and since when it has been at this statement. */
const listBackends = ({ query }: Session, statement = '') =>
  query<{ pid: number; since: string }>(
    `select pid, query_start::text as since from pg_stat_activity
     where application_name = 'cruddur-migrate' and datname = current_database()
       and ($1 = '' or (state = 'active' and strpos(query, $1) > 0))`,
    [statement],
  )

const waitForBackends = (session: Session, count: number, statement?: string) =>
  vi.waitFor(
    async () => {
      const running = await listBackends(session, statement)
      expect(running).toHaveLength(count)
      return running
    },
    { interval: 1, timeout: 60_000 },
  )

/** All that the database holds, once whoever died has left it. */
async function digest(session: Session) {
  await waitForBackends(session, 0)
  const tables = await session.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relkind = 'r' and relnamespace::regnamespace::text !~ '^pg_|information_schema' order by 1`,
  )
  const rows = tables.map(async ({ name }) => [
    name,
    await session.query(
      `select md5(string_agg(t::text, ' ' order by t::text)) as md5 from ${name} as t`,
    ),
  ])
  return {
    around: await session.query(
      `select nspname as name from pg_namespace where nspname !~ '^pg_'
       union all select extname from pg_extension order by 1`,
    ),
    catalog: await dumpCatalog(session),
    rows: await Promise.all(rows),
  }
}

it('leaves alone what somebody keeps busy, and says so in time', async () => {
  const { url, session } = await openBootcamp()
  const busy = openSession(url)
  await busy.transaction(async () => {
    await busy.query('select from activities')
    await expect(adopt(url)).rejects.toThrow(/busy for 5 s, so nothing was changed. Stop the old/)
  })
  await busy.close()
  expect(await session.query('select from public.users')).toEqual([])
})
