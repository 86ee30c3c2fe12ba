import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { openSession } from './session.ts'
import { cloneDatabase } from './testing.ts'
import { isUnavailable } from './unavailable.ts'

const { url, db, session } = await cloneDatabase()

const waiting = `select 1 from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`

it('says a statement again that a deadlock undid', async () => {
  await session.query("insert into users (handle, display_name) values ('di', 'Di'), ('ed', 'Ed')")
  const other = openSession(url)
  await other.query("set deadlock_timeout = '1h'")
  await other.query('begin')
  await other.query("update users set bio = 'mine' where handle = 'di'")
  const write = db
    .execute(sql`with first as (update users set bio = 'theirs' where handle = 'ed' returning uuid)
      update users set display_name = 'Diana' from first where handle = 'di'`)
    .then(() => 'written')
  await expect.poll(() => session.query(waiting), { timeout: 10_000 }).toHaveLength(1)
  // This one waits as long as it takes: it is the pool's statement that is undone.
  await other.query("update users set bio = 'mine' where handle = 'ed'")
  await other.query('commit')
  await other.close()
  expect(await write).toBe('written')
  expect(await session.query('select display_name, bio from users order by handle')).toEqual([
    { display_name: 'Diana', bio: 'mine' },
    { display_name: 'Ed', bio: 'theirs' },
  ])
})

it.each(['40P01', '40001'])('has who meets %s twice come back later', async (code) => {
  const undone = db.execute(sql.raw(`do $$ begin raise sqlstate '${code}'; end $$`))
  expect(isUnavailable(await undone.catch((error: unknown) => error))).toBe(true)
})
