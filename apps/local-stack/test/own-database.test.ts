import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSession } from '@cruddur/db/admin'
import { afterAll, expect, it } from 'vitest'
import { migrationsFolder } from '../src/app-sources.ts'
import { openDatabase } from '../src/open-database.ts'
import { createTerminal } from '../src/terminal.ts'
import { listRunning } from './harness.ts'

const stateFolder = await mkdtemp(join(tmpdir(), 'cruddur-own-'))
const lines: string[] = []
const pids: number[] = []
const closes: (() => Promise<void>)[] = []
const settings = { database: undefined, pool: undefined, stateFolder, postgresPort: 0 }
const database = await openDatabase(settings, {
  terminal: createTerminal((line) => lines.push(line), { colours: false }),
  stop: new AbortController().signal,
  defer: (close) => closes.push(close),
  onStart: async (pid) => {
    pids.push(pid)
  },
})
afterAll(async () => {
  for (const close of closes) await close()
  await rm(stateFolder, { recursive: true })
  expect(await listRunning(pids)).toEqual([])
})

async function ask(text: string) {
  const session = openSession(database.url)
  return session.query(text).finally(session.close)
}

it('comes back on its port after it was killed, with what was in it', async () => {
  process.kill(pids[0] ?? 0, 'SIGKILL')
  await expect.poll(() => pids, { timeout: 30_000 }).toHaveLength(2)
  expect(await ask('select count(*)::int as people from users')).toEqual([{ people: 4 }])
  expect(lines).toContain(`Postgres ended (process ${pids[0]}): it is started again.`)
})

it('takes up the migrations that arrive, and says what is wrong with one', async () => {
  const journal = await readFile(join(migrationsFolder, 'meta/_journal.json'), 'utf8')
  const { entries }: { entries: { tag: string; when: number }[] } = JSON.parse(journal)
  const { tag = '', when } = entries.at(-1) ?? {}
  await ask(`delete from drizzle.__drizzle_migrations where created_at = ${when}`)
  await ask(await readFile(join(migrationsFolder, `down/${tag}.sql`), 'utf8'))
  await database.update()
  expect(lines.at(-1)).toBe(`Applied the migration ${tag}`)
  await ask(`update drizzle.__drizzle_migrations set hash = 'other' where created_at = ${when}`)
  await database.update()
  expect(lines.at(-1)).toMatch(new RegExp(`^Migration ${tag} was changed after it was applied`))
})

it('is not begun anew where its data is gone, and comes back with it', async () => {
  const [data, away] = [join(stateFolder, 'postgres/data'), join(stateFolder, 'away')]
  await rename(data, away)
  process.kill(pids.at(-1) ?? 0, 'SIGKILL')
  await expect.poll(() => lines.at(-1), { timeout: 30_000 }).toMatch(/is gone: stop dev and start/)
  await rename(away, data)
  await expect.poll(() => pids, { timeout: 30_000 }).toHaveLength(3)
  expect(await ask('select count(*)::int as people from users')).toEqual([{ people: 4 }])
})
