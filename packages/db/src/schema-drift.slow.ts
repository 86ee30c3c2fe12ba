import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { dumpCatalog, emptyDatabase } from './migrations.testing.ts'
import { migrationsFolder, readMigrations } from './migrations-folder.ts'
import { cloneDatabase } from './testing.ts'

const packageFolder = join(import.meta.dirname, '..')

async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-drift-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** What drizzle-kit would write now, by looking: its exit code is 0 even when it failed. */
async function generateInto(folder: string) {
  const before = await readdir(folder)
  const { stdout } = await promisify(execFile)(
    'drizzle-kit',
    // It takes an absolute path for one below the working directory.
    [
      ...['generate', '--dialect', 'postgresql', '--schema', './src/schema/*.ts'],
      ...['--out', relative(packageFolder, folder)],
    ],
    { cwd: packageFolder },
  )
  const written = (await readdir(folder)).filter((name) => !before.includes(name))
  return { written, said: stdout }
}

async function copyOfMigrations() {
  const folder = await temporaryFolder()
  await cp(migrationsFolder, folder, { recursive: true })
  return folder
}

it('has a migration for everything in the schema', async () => {
  const { written, said } = await generateInto(await copyOfMigrations())
  expect(said).toContain('No schema changes')
  expect(written).toEqual([])
})

it('would notice a column that no migration makes', async () => {
  const folder = await copyOfMigrations()
  const last = readMigrations().length - 1
  const path = join(folder, `meta/${String(last).padStart(4, '0')}_snapshot.json`)
  const snapshot = JSON.parse(await readFile(path, 'utf8'))
  delete snapshot.tables['public.users'].columns.bio
  await writeFile(path, JSON.stringify(snapshot))
  const { written } = await generateInto(folder)
  expect(written).toEqual([expect.stringMatching(/\.sql$/)])
})

it('makes by its migrations what the schema describes', async () => {
  const folder = await temporaryFolder()
  await generateInto(folder)
  const { session } = await emptyDatabase()
  const migrations = readMigrations()
  const byHand = migrations.flatMap(({ statements }) =>
    statements.filter((text) => /^\s*(--.*\n)*CREATE (EXTENSION|FUNCTION words_in)/.test(text)),
  )
  const described = readMigrations(folder).flatMap(({ statements }) => statements)
  for (const statement of [...byHand, ...described]) await session.query(statement)
  const migrated = await cloneDatabase()
  const handwritten = /^function|^trigger|recent_posts_repeat_excl/
  const comparable = (lines: string[]) =>
    lines
      .filter((line) => !handwritten.test(line))
      .map((line) => line.replace(/^(column \S+) \d+/, '$1'))
      .toSorted()
  expect(comparable(await dumpCatalog(migrated.session))).toEqual(
    comparable(await dumpCatalog(session)),
  )
})
