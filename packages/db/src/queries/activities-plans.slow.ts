import { expect, it } from 'vitest'
import type { Db } from '../client.ts'
import { seedBulk } from '../seed-bulk.ts'
import { cloneDatabase } from '../testing.ts'
import { insertCrud, insertReply } from './activities.ts'
import { deleteActivity } from './activities-delete.ts'
import { statementsOf } from './statements-of.testing.ts'
import { sweepBatch } from './sweep.ts'

const { url, session } = await cloneDatabase()
await seedBulk(url, 300_000)
await session.query('update users set cognito_user_id = handle')
await session.query(
  "update activities set expires_at = now() where created_at < now() - interval '10 days'",
)
await session.query('vacuum analyze users, activities')
const [live] = await session.query<{ uuid: string }>(
  'select uuid from activities where expires_at > now() limit 1',
)
const uuid = live?.uuid ?? ''

/** The plans of the statements that a query sends, as they are for any parameters. */
async function plansOf(query: (db: Db) => Promise<unknown>): Promise<string> {
  const plans: string[] = []
  await session.query("set plan_cache_mode = 'force_generic_plan'")
  for (const { text, parameters } of await statementsOf(query)) {
    const rows = await session.query<{ 'QUERY PLAN': string }>(`explain ${text}`, parameters)
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  return plans.join('\n\n')
}

const post = { sub: 'person7', message: 'Hello', mentions: [['person8.', 'person8'], ['nobody']] }

it.each<[string, (db: Db) => Promise<unknown>]>([
  ['a crud', (db) => insertCrud(db, { ...post, ttlHours: 1 })],
  ['a reply', (db) => insertReply(db, { ...post, replyTo: uuid })],
  [
    'a keyed reply',
    (db) => insertReply(db, { ...post, replyTo: uuid, request: { key: 'k', digest: 'd' } }),
  ],
  ['a deletion', (db) => deleteActivity(db, { sub: 'person7', uuid })],
  ['a batch of the sweeper', sweepBatch],
])('%s reads no table from end to end', async (_, query) => {
  const plans = await plansOf(query)
  expect(plans).toMatch(/Index Scan using/)
  expect(plans).not.toMatch(/Seq Scan on (activities|users)/)
})
