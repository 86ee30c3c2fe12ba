import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { migrationsFolder, readMigrations } from './migrations-folder.ts'

interface Finding {
  file: string
  line: number
  rule_name: string
}

/** Squawk finds what locks or rewrites a filled table. 25 MB, so this test alone installs it. */
function squawk(files: string[], transactional: boolean): Promise<Finding[]> {
  const inTransaction = transactional ? '--assume-in-transaction' : '--no-assume-in-transaction'
  return new Promise((resolve, reject) => {
    execFile(
      'npx',
      ['-y', 'squawk-cli@2.66.0', '--reporter', 'json', inTransaction, ...files],
      { cwd: join(import.meta.dirname, '..') },
      (error, stdout, stderr) => {
        if (stdout.startsWith('[')) resolve(JSON.parse(stdout))
        else reject(new Error(`squawk-cli did not run: ${stderr}`, { cause: error }))
      },
    )
  })
}

it('finds nothing unsafe on a filled table that the file does not explain', async () => {
  const migrations = readMigrations()
  for (const transactional of [true, false]) {
    const files = migrations
      .filter((migration) => migration.transactional === transactional)
      .map(({ tag }) => join(migrationsFolder, `${tag}.sql`))
    if (files.length > 0) expect(await squawk(files, transactional)).toEqual([])
  }
})

it('says why wherever it asks the linter to look away', async () => {
  for (const { tag } of readMigrations()) {
    const lines = (await readFile(join(migrationsFolder, `${tag}.sql`), 'utf8')).split('\n')
    for (const [index, line] of lines.entries()) {
      if (!line.includes('squawk-ignore')) continue
      expect(line, tag).not.toContain('squawk-ignore-file')
      expect(lines[index - 1], `${tag}.sql:${index + 1}`).toMatch(/^-- Why: \S/)
    }
  }
})

it('would refuse what locks, rewrites or breaks', async () => {
  const unsafe = {
    'require-concurrent-index-creation': 'create index i on users (bio)',
    'adding-required-field': 'alter table users add column age bigint not null',
    'adding-not-nullable-field': 'alter table users alter column bio set not null',
    'changing-column-type': 'alter table users alter column bio type varchar(10)',
    'ban-drop-column': 'alter table users drop column bio',
  }
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-squawk-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'unsafe.sql')
  await writeFile(file, Object.values(unsafe).join(';\n'))
  const found = (await squawk([file], true)).map((each) => each.rule_name)
  expect(found).toEqual(expect.arrayContaining(Object.keys(unsafe)))
})
