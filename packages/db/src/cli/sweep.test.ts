import { expect, it } from 'vitest'
import { cloneDatabase } from '../testing.ts'
import { runDb } from './run-db.testing.ts'

const { url, session } = await cloneDatabase()

it('deletes what is over and says how much, on any environment', async () => {
  await session.query("insert into users (handle, display_name) values ('di', 'Di')")
  await session.query(`insert into activities (user_uuid, message, expires_at)
    select uuid, 'Crud ' || n, now() + interval '1 hour' * (n - 3) from users, generate_series(1, 5) as n`)
  await session.query(`insert into idempotency_keys (user_uuid, key, request_digest, answer, created_at)
    select uuid, 'key', '', '', now() - interval '2 days' from users`)
  await session.query(`insert into departures (cognito_user_id, created_at)
    select 'sub ' || n, now() - interval '2 days' from generate_series(1, 2) as n`)
  const { code, output } = await runDb(['sweep', 'prod'], { PROD_CONNECTION_URL: url })
  expect(output).toMatch(
    /^prod: .*\nSwept 3 expired cruds and replies, 1 idempotency keys, 0 recent posts and 2 departures\.\n$/,
  )
  expect(code).toBe(0)
  const again = await runDb(['sweep', 'prod'], { PROD_CONNECTION_URL: url })
  expect(again.output).toMatch(/Swept 0 expired cruds/)
})
