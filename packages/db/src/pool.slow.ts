import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { causeWith } from './cause.ts'
import { connect } from './client.ts'
import type { Statement } from './pool.ts'
import { cloneDatabase } from './testing.ts'
import { isUnavailable } from './unavailable.ts'

const { url, session } = await cloneDatabase()

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('tells each of 60 readers its own, while tables change, plans go and connections die', async () => {
  const applicationName = 'mixed-up'
  const pool = connect(url, { applicationName })
  await session.query('create table kept (a int)')
  await session.query('insert into kept values (1)')
  const texts = [
    'select a, $1::text as name from kept',
    'select $1::text as name',
    'select a::text, $1::text as name from kept',
    `select $1::text as name, repeat('x', 20000)`,
    // Fails when half of its answer is sent.
    `select $1::text as name, repeat('x', 3000), 1 / (6 - g) from generate_series(1, 9) as g`,
  ]
  const until = Date.now() + 8_000
  const counts = { own: 0, others: 0, unavailable: 0 }

  async function read(reader: number) {
    for (let n = 0; Date.now() < until; n++) {
      const name = `${reader} asks ${n}`
      const text = texts[(reader + n) % texts.length] ?? ''
      const asked: Statement = { text, parameters: [name], rows: 'objects', effect: 'none' }
      const answer = pool.db.run(asked).then(([row]) => String(Object(row).name))
      const told = await answer.catch((error: unknown) => {
        if (text.includes('1 / ') && causeWith(error, 'code') === '22012') return name
        if (!isUnavailable(error)) throw error
        return undefined
      })
      if (told === undefined) counts.unavailable++
      else counts[told === name ? 'own' : 'others']++
    }
  }

  async function disturb() {
    for (let n = 0; Date.now() < until; n++) {
      await pause(100)
      await session.query(`alter table kept alter a type ${n % 2 ? 'int using a::int' : 'text'}`)
      if (n % 3 === 0) await pool.db.execute(sql`deallocate all`).catch(() => {})
      if (n % 5 === 0)
        await session.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 limit 2`,
          [applicationName],
        )
    }
  }

  await Promise.all([disturb(), ...Array.from({ length: 60 }, (_, reader) => read(reader))])
  expect(counts.others).toBe(0)
  expect(counts.own).toBeGreaterThan(1_000)
  expect(counts.unavailable).toBeLessThan(counts.own / 100)
  const open = 'select 1 from pg_stat_activity where application_name = $1'
  await expect
    .poll(async () => (await session.query(open, [applicationName])).length - pool.stats().open)
    .toBe(0)
  await pool.close()
}, 30_000)
