import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { repositoryRoot } from './cli/targets.ts'
import { migrate } from './migrate.ts'
import { dumpCatalog, emptyDatabase } from './migrations.testing.ts'
import { readMigrations } from './migrations-folder.ts'
import type { Session } from './session.ts'
import { cloneDatabase } from './testing.ts'

const all = readMigrations()
const reference = await dumpCatalog((await cloneDatabase()).session)

it('applies each file once when 8 migrators start together, 20 times over', async () => {
  for (let round = 0; round < 20; round++) {
    const { url, session } = await emptyDatabase()
    const runs = await Promise.all(Array.from({ length: 8 }, () => migrate(url)))
    const applied = runs.flat().map(({ tag }) => tag)
    expect(applied.toSorted(), `round ${round}`).toEqual(all.map(({ tag }) => tag))
    expect(await dumpCatalog(session)).toEqual(reference)
  }
})

describe('a migrator killed in the middle', () => {
  it.each(all.map(({ tag }, index) => [tag, index] as const))(
    'of %s leaves nothing of it, and the next run completes',
    async (_, index) => {
      const { url, session } = await emptyDatabase()
      const earlier = { migrations: all.slice(0, index) }
      if (index > 0) await migrate(url, earlier)
      const before = await dumpCatalog(session)
      const length = all[index]?.statements.length ?? 0
      for (const position of [0, Math.floor(length / 2), length]) {
        await killAt(url, session, index, position)
        expect(await dumpCatalog(session)).toEqual(before)
      }
      expect(await migrate(url)).toEqual(all.slice(index))
      expect(await dumpCatalog(session)).toEqual(reference)
    },
  )
})

const gate = 42

/** A migrator of its own that stops before a statement, where it waits for the gate and is killed. */
async function killAt(url: string, session: Session, index: number, position: number) {
  await session.query('select pg_advisory_lock($1)', [gate])
  const script = `
    import { migrate } from '${join(import.meta.dirname, 'migrate.ts')}'
    import { readMigrations } from '${join(import.meta.dirname, 'migrations-folder.ts')}'
    const migrations = readMigrations()
    migrations[${index}].statements.splice(${position}, 0,
      'do $$ begin while not pg_try_advisory_xact_lock(${gate}) loop perform pg_sleep(0.02); end loop; end $$')
    await migrate('${url}', { migrations })`
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', script],
    { cwd: import.meta.dirname, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const exited = once(child, 'exit')
  const listMigrators = (query: string) =>
    session.query(
      `select 1 from pg_stat_activity where datname = current_database()
       and application_name = 'cruddur-migrate' and query like $1`,
      [query],
    )
  await expect.poll(() => listMigrators('do %'), { timeout: 60_000, interval: 20 }).toHaveLength(1)
  child.kill('SIGKILL')
  expect(await exited).toEqual([null, 'SIGKILL'])
  await session.query('select pg_advisory_unlock($1)', [gate])
  await expect.poll(() => listMigrators('%'), { timeout: 60_000 }).toHaveLength(0)
}

it.each(['nothing', ...listReleases()])('goes from %s to the newest', async (from) => {
  const { url, session } = await emptyDatabase()
  if (from !== 'nothing') await migrate(url, { migrations: readMigrationsOf(from) })
  await migrate(url)
  expect(await dumpCatalog(session)).toEqual(reference)
})

/** The tags that git knows: none before the first release, or in a shallow clone. */
function listReleases(): string[] {
  try {
    return execFileSync('git', ['tag', '--list', 'v*'], { cwd: repositoryRoot, stdio: 'pipe' })
      .toString()
      .split('\n')
      .filter((tag) => tag !== '')
  } catch {
    return [] // an unpacked archive has no history
  }
}

function readMigrationsOf(tag: string) {
  const folder = mkdtempSync(join(tmpdir(), 'cruddur-release-'))
  try {
    const archive = execFileSync('git', ['archive', tag, 'packages/db/migrations'], {
      cwd: repositoryRoot,
    })
    execFileSync('tar', ['-x', '-C', folder], { input: archive })
    return readMigrations(join(folder, 'packages/db/migrations'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
