import { expect, it } from 'vitest'
import { listHome } from './queries/feeds.ts'
import { readJson } from './read-json.testing.ts'
import { seed } from './seed.ts'
import { seedBulk } from './seed-bulk.ts'
import { cloneDatabase } from './testing.ts'

const countRows = `select
  (select count(*)::int from users) as people,
  (select count(*)::int from activities) as activities,
  (select count(*)::int from activities as crud where replies_count <> (
    select count(*) from activities as reply where reply.reply_to_activity_uuid = crud.uuid)) as miscounted`

it('says the same however often it is run', async () => {
  const { url, session } = await cloneDatabase()
  await seed(url)
  const [first] = await session.query(countRows)
  await seed(url)
  expect(await session.query(countRows)).toEqual([first])
  expect(first).toMatchObject({ people: 4, miscounted: 0 })
})

it('renews what has expired and keeps what people added', async () => {
  const { url, db, session } = await cloneDatabase()
  await seed(url)
  await session.query(`insert into activities (user_uuid, message, expires_at)
    select uuid, 'Mine', now() + interval '1 hour' from users where handle = 'bayko'`)
  await session.query("update activities set expires_at = now() where message <> 'Mine'")
  await seed(url)
  const { body } = await listHome(db, { limit: 50 })
  expect(readJson(body)).toHaveLength(13)
})

it('gives the demo cruds to a person who already has the handle', async () => {
  const { url, session } = await cloneDatabase()
  await session.query("insert into users (handle, display_name) values ('Londo', 'The other one')")
  await seed(url)
  expect(await session.query(countRows)).toMatchObject([{ people: 4, miscounted: 0 }])
})

it('fills up to the size asked for, with the counters right, and only once', async () => {
  const { url, session } = await cloneDatabase()
  const seen: number[] = []
  await seedBulk(url, 25_000, (done) => seen.push(done))
  await seedBulk(url, 25_000)
  expect(seen).toHaveLength(2)
  expect(seen[1]).toBe(25_000)
  expect(await session.query(countRows)).toEqual([
    { people: 250, activities: 25_000, miscounted: 0 },
  ])
})

it('tells the demo people of replies and mentions, and nobody of their own', async () => {
  const { url, session } = await cloneDatabase()
  await seed(url)
  await seed(url)
  const rows = await session.query(
    `select told.handle as told, author.handle as by, activities.message from notifications
     join users as told on told.uuid = notifications.user_uuid
     join activities on activities.uuid = activity_uuid
     join users as author on author.uuid = activities.user_uuid
     where notifications.created_at = activities.created_at
     order by notifications.created_at desc`,
  )
  expect(rows.slice(0, 2)).toEqual([
    { told: 'andrewbrown', by: 'bayko', message: 'And I kept them, @andrewbrown.' },
    { told: 'bayko', by: 'andrewbrown', message: 'Your weekend had plans when 17 came out, too.' },
  ])
  expect(rows).toHaveLength(5)
  expect(rows.filter(({ told, by }) => told === by)).toEqual([])
})
