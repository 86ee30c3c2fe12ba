import { connect } from '@cruddur/db'
import { cloneDatabase } from '@cruddur/db/testing'
import { expect, it } from 'vitest'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { startSweeper } from './sweeper.ts'

const { url, db, session } = await cloneDatabase()
await session.query("insert into users (handle, display_name) values ('di', 'Di')")

const insertExpired = (count: number) =>
  session.query(
    `insert into activities (user_uuid, message, expires_at)
     select uuid, 'Old ' || n, now() from users, generate_series(1, $1::int) as n`,
    [count],
  )
const countActivities = async () =>
  (await session.query('select count(*)::int from activities'))[0]?.count

function openLog() {
  const lines: string[] = []
  return { lines, log: createLog((line) => lines.push(line)) }
}

it('sweeps again and again, says what it deleted, and counts it', async () => {
  const { lines, log } = openLog()
  const metrics = createMetrics()
  const said = () => lines.map((line): Record<string, unknown> => JSON.parse(line))
  const stop = startSweeper({ db, log, metrics }, 20)
  expect(metrics.write()).toContain('\ncruddur_sweeps_total{outcome="done"} 0\n')
  for (const activities of [3, 2]) {
    await insertExpired(activities)
    await expect
      .poll(() => said().at(-1), { timeout: 10_000 })
      .toMatchObject({ level: 'info', event: 'swept', activities, keys: 0, posts: 0 })
    expect(await countActivities()).toBe(0)
  }
  await stop()
  expect(lines).toHaveLength(2)
  expect(metrics.write()).toMatch(/\ncruddur_sweeps_total\{outcome="done"\} [1-9]/)
  expect(metrics.write()).toContain('\ncruddur_swept_rows_total{kind="activities"} 5\n')
})

it('goes on after a failure, which it logs without the statement', async () => {
  const { lines, log } = openLog()
  const metrics = createMetrics()
  const away = connect('postgres://a:hidden@127.0.0.1:1/nowhere')
  const stop = startSweeper({ db: away.db, log, metrics }, 5)
  expect(metrics.write()).toContain('\ncruddur_sweeps_total{outcome="failed"} 0\n')
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBeGreaterThan(2)
  await stop()
  expect(metrics.write()).toMatch(/\ncruddur_sweeps_total\{outcome="failed"\} [1-9]/)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    event: 'sweep_failed',
    code: 'ECONNREFUSED',
  })
  expect(lines.join()).not.toMatch(/hidden|delete|select/)
  await away.close()
})

it('is over once it is stopped: the batch under way ends, and none follows', async () => {
  await insertExpired(5000)
  const { log } = openLog()
  const { db: own, close } = connect(url, { poolSize: 1 })
  const stop = startSweeper({ db: own, log }, 1)
  await expect.poll(countActivities, { interval: 1, timeout: 10_000 }).toBeLessThan(5000)
  await stop()
  const left = await countActivities()
  await close()
  await insertExpired(1)
  expect(await countActivities()).toBe(Number(left) + 1)
})

it('never begins when it is stopped at once', async () => {
  await insertExpired(1)
  const before = await countActivities()
  const { log } = openLog()
  await startSweeper({ db, log }, 0)()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await countActivities()).toBe(before)
})
