import { describe, expect, it } from 'vitest'
import { cloneDatabase } from '../testing.ts'
import { takeToken } from './rate-limits.ts'
import { isMigrated } from './readiness.ts'
import { batchSize, sweepBatch } from './sweep.ts'

const { db, session } = await cloneDatabase()
const hour = 3_600_000

describe('a bucket that processes share', () => {
  it('gives each of its tokens once, however many ask at the same time', async () => {
    const asked = await Promise.all(
      Array.from({ length: 40 }, () => takeToken(db, 'di', { tokens: 7, windowMs: hour })),
    )
    expect(asked.filter(({ isTaken }) => isTaken)).toHaveLength(7)
    expect(await takeToken(db, 'ed', { tokens: 25, windowMs: hour })).toMatchObject({
      isTaken: true,
      fullInMs: hour / 25,
    })
  })

  it('fills as time goes by, and an empty one says how long that takes', async () => {
    const bucket = { tokens: 2, windowMs: hour }
    for (const isTaken of [true, true, false, false]) {
      expect(await takeToken(db, 'fay', bucket)).toMatchObject({ isTaken })
    }
    const { fullInMs } = await takeToken(db, 'fay', bucket)
    expect(fullInMs).toBeGreaterThan(hour - 60_000)
    expect(fullInMs).toBeLessThanOrEqual(hour)
    await session.query("update rate_limits set full_at = full_at - interval '31 min'")
    expect(await takeToken(db, 'fay', bucket)).toMatchObject({ isTaken: true })
    expect(await takeToken(db, 'fay', bucket)).toMatchObject({ isTaken: false })
  })

  it('is swept when it is full, and is lost in a crash', async () => {
    await session.query(`insert into rate_limits
      select 'full ' || n, now() from generate_series(1, ${batchSize}) as n`)
    expect(await sweepBatch(db)).toMatchObject({ mayHaveMore: true })
    const [left] = await session.query('select count(*)::int from rate_limits')
    expect(left?.count).toBe(3)
    const [table] = await session.query(
      "select relpersistence from pg_class where oid = 'rate_limits'::regclass",
    )
    expect(table?.relpersistence).toBe('u')
  })
})

describe('a database is ready', () => {
  it('with the newest migration that this version knows, or a later one', async () => {
    expect(await isMigrated(db)).toBe(true)
    await session.query(
      "insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 9999999999999)",
    )
    expect(await isMigrated(db)).toBe(true)
  })

  it('not before', async () => {
    await session.query('update drizzle.__drizzle_migrations set created_at = id')
    expect(await isMigrated(db)).toBe(false)
    await session.query('drop function newest_migration')
    expect(await isMigrated(db)).toBe(false)
  })
})
