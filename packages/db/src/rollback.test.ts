import { describe, expect, it } from 'vitest'
import { migrate, readHistory } from './migrate.ts'
import { dumpCatalog, emptyDatabase, migration } from './migrations.testing.ts'
import { readMigrations } from './migrations-folder.ts'
import { rollback } from './rollback.ts'
import { findShape } from './shape.ts'

const one = migration(1, ['create table one (id int)'], { down: ['drop table one'] })
const two = migration(2, ['create table two (id int)'], { down: ['drop table two'] })
const three = migration(3, ['create table three (id int)'], { down: ['drop table three'] })
const migrations = [one, two, three]

describe('rollback', () => {
  it('undoes the last, then all after the one that is named', async () => {
    const { url, session } = await emptyDatabase()
    await migrate(url, { migrations })
    expect(await rollback(url, { migrations })).toEqual([three])
    expect((await readHistory(session, migrations)).pending).toEqual([three])
    await migrate(url, { migrations })
    expect(await rollback(url, { migrations, to: '0001' })).toEqual([three, two])
    expect(await rollback(url, { migrations })).toEqual([one])
    expect(await findShape(session, migrations)).toBe('empty')
    expect(await rollback(url, { migrations })).toEqual([])
  })

  it('undoes nothing when a down file fails, is absent, or the name is unknown', async () => {
    const { url, session } = await emptyDatabase()
    const failing = migration(2, ['create table two (id int)'], {
      down: ['drop table two', 'drop table nothing'],
    })
    const absent = migration(3, ['create table three (id int)'])
    await migrate(url, { migrations: [one, failing] })
    const before = await dumpCatalog(session)
    await expect(rollback(url, { migrations: [one, failing] })).rejects.toThrow(
      /Undoing 0002_test failed: .*still applied/,
    )
    expect(await dumpCatalog(session)).toEqual(before)
    await expect(rollback(url, { migrations: [one, failing], to: '0007' })).rejects.toThrow(
      /no migration 0007 is applied/,
    )
    await migrate(url, { migrations: [one, failing, absent] })
    await expect(rollback(url, { migrations: [one, failing, absent], to: '0001' })).rejects.toThrow(
      /0003_test has no down file/,
    )
    expect((await readHistory(session, [one, failing, absent])).pending).toEqual([])
  })
})

it('leaves what was there before, and up again what was there after, for each of ours', async () => {
  const { url, session } = await emptyDatabase()
  const all = readMigrations()
  for (const [index, { tag }] of all.entries()) {
    const upTo = { migrations: all.slice(0, index + 1) }
    const before = await dumpCatalog(session)
    await migrate(url, upTo)
    const after = await dumpCatalog(session)
    await rollback(url, upTo)
    expect(await dumpCatalog(session), `down of ${tag}`).toEqual(before)
    await migrate(url, upTo)
    expect(await dumpCatalog(session), `up again of ${tag}`).toEqual(after)
  }
})
