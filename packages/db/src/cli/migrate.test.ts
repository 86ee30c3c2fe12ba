import { describe, expect, it } from 'vitest'
import { dumpCatalog, emptyDatabase } from '../migrations.testing.ts'
import { readMigrations } from '../migrations-folder.ts'
import type { Command } from './command.ts'
import { migrateCommand } from './migrate.ts'
import { rollbackCommand } from './rollback.ts'
import { statusCommand } from './status.ts'
import type { Target } from './targets.ts'

const { url, session } = await emptyDatabase()
const tags = readMigrations().map(({ tag }) => tag)

const target = (changes: Partial<Target> = {}): Target => ({
  environment: 'test',
  url,
  directUrl: url,
  disposable: true,
  setting: () => undefined,
  ...changes,
})

async function run(
  { run }: Command,
  flags: Parameters<Command['run']>[0]['flags'] = {},
  of = target(),
) {
  const printed: string[] = []
  await run({ target: of, operands: [], flags, print: (line) => printed.push(line) })
  return printed.join('\n')
}

describe('migrate, status and rollback', () => {
  it('print what would run, which is what migrates', async () => {
    const script = await run(migrateCommand, { 'dry-run': true })
    expect(await dumpCatalog(session)).toEqual([])
    const other = await emptyDatabase()
    await other.session.query(script)
    expect(await run(migrateCommand)).toBe(
      `${tags.map((tag) => `  applied ${tag}`).join('\n')}\n${tags.length} applied.`,
    )
    expect(await dumpCatalog(session)).toEqual(await dumpCatalog(other.session))
    expect(await run(migrateCommand, { 'dry-run': true })).toBe('-- Nothing to migrate.')
  })

  it('tell what is applied and pending, to people and to scripts', async () => {
    const undone = tags.slice(2).toReversed()
    expect(await run(rollbackCommand, { to: '0001' })).toBe(
      [...undone.map((tag) => `  undid ${tag}`), `${undone.length} undone.`].join('\n'),
    )
    const lines = (await run(statusCommand)).split('\n')
    expect(lines[1]).toMatch(/^0001_\w+ +applied \d{4}-\d\d-\d\dT[\d:.]+Z$/)
    expect(lines[2]).toMatch(/^0002_\w+ +pending$/)
    expect(JSON.parse(await run(statusCommand, { json: true }))).toMatchObject({
      applied: [{ tag: tags[0] }, { tag: tags[1] }],
      pending: tags.slice(2),
    })
    await expect(run(statusCommand, { check: true })).rejects.toThrow(/pnpm db migrate test/)
    await run(migrateCommand)
    await run(statusCommand, { check: true })
  })

  it('undo nothing where data must be kept', async () => {
    const prod = target({ environment: 'prod', disposable: false })
    await expect(run(rollbackCommand, {}, prod)).rejects.toThrow(/rollback is refused/)
    await run(statusCommand, { check: true })
  })
})
