import { randomUUID } from 'node:crypto'
import { afterAll, inject } from 'vitest'
import { connect } from '../client.ts'
import { createDatabase, dropDatabase, withDatabase } from '../databases.ts'
import { openSession, type Session } from '../session.ts'
import '../test-server.ts'
import type { Bootcamp } from './bootcamp.ts'

export const prod = { hasBio: true, replyTo: 'uuid', hasSchemaInformation: true } as const

export const shapes: Record<string, Bootcamp> = {
  'week-4': { hasBio: false, replyTo: 'integer', hasSchemaInformation: false },
  'week-4 with bio': { hasBio: true, replyTo: 'integer', hasSchemaInformation: true },
  prod,
}

/** A bootcamp database for the calling test file alone; it goes when the file ends. */
export async function openBootcamp(
  shape: Bootcamp = prod,
  use = 'test',
  create: (url: string) => Promise<unknown> = createDatabase,
) {
  const { url: serverUrl, template } = inject('testServer')
  const name = template.replace('template', `${use}_${randomUUID().slice(0, 8)}`)
  const url = withDatabase(serverUrl, name)
  await create(url)
  const session = openSession(url)
  const { db, close: closeDb } = connect(url, { poolSize: 1, deadlineMs: 60_000 })
  const close = () => Promise.all([session.close(), closeDb()])
  afterAll(async () => {
    await close()
    await dropDatabase(url)
  })
  await createBootcamp(session, shape)
  return { url, session, db, close }
}

/** The tables as the bootcamp’s schema and its migrations leave them. */
async function createBootcamp(session: Session, shape: Bootcamp) {
  await session.query(`create table public.users (
    uuid uuid default gen_random_uuid() primary key, display_name text not null,
    handle text not null, email text not null, cognito_user_id text not null,
    created_at timestamp default current_timestamp not null)`)
  await session.query(`create table public.activities (
    uuid uuid default gen_random_uuid() primary key, user_uuid uuid not null,
    message text not null, replies_count integer default 0, reposts_count integer default 0,
    likes_count integer default 0, reply_to_activity_uuid integer,
    expires_at timestamp, created_at timestamp default current_timestamp not null)`)
  if (shape.hasSchemaInformation) {
    await session.query(`create table public.schema_information (
      id integer unique, last_successful_run text)`)
    await session.query("insert into public.schema_information values (1, '0')")
  }
  if (shape.hasBio) await session.query('alter table public.users add column bio text')
  if (shape.replyTo === 'uuid') {
    await session.query('alter table public.activities drop column reply_to_activity_uuid')
    await session.query('alter table public.activities add column reply_to_activity_uuid uuid')
  }
}

/** So many cruds and replies, and a person for each hundred, with every fault that we know of. */
export async function fillBootcamp(session: Session, shape: Bootcamp, size: number) {
  const people = Math.ceil(size / 100)
  await session.query(
    `insert into public.users
       (uuid, handle, display_name, email, cognito_user_id, created_at ${shape.hasBio ? ', bio' : ''})
     select md5('person ' || n)::uuid,
       case n % 16 when 1 then 'shared' when 2 then 'Shared' when 3 then 'José Núñez' when 4 then ''
         when 5 then 'di@example.com' when 6 then repeat('long', 11) when 7 then '/?#%'
         when 8 then '山' else 'person' || n end,
       case n % 11 when 1 then '' when 2 then e' \\u3000' when 3 then repeat('n', 120) else 'Person ' || n end,
       case n % 9 when 1 then 'Person' || n || '@Example.com' when 2 then '' when 3 then repeat('e', 3000)
         else 'person' || n || '@example.com' end,
       case when n % 7 < 2 then 'MOCK' when n % 7 = 2 then 'sub ' || n - 1 - n % 14
         when n % 97 = 0 then repeat('s', 4000) else 'sub ' || n end,
       case when n % 101 = 0 then '-infinity' else timestamp '2023-03-01' + n * interval '1 minute' end
       ${shape.hasBio ? ", case n % 13 when 1 then repeat('b', 1200) when 2 then null else 'Bio' end" : ''}
     from generate_series(1, $1::int) as n`,
    [people],
  )
  await session.query(
    `insert into public.activities (uuid, user_uuid, message, replies_count, reposts_count,
       likes_count, reply_to_activity_uuid, expires_at, created_at)
     select md5('crud ' || n)::uuid,
       md5(case when n % 50 = 3 then 'nobody ' else 'person ' end || 1 + n % $2::int)::uuid,
       case n % 23 when 1 then '' when 2 then e' \\n' when 3 then repeat('m', 281)
         when 4 then repeat('💡', 1100) else 'Crud ' || n end,
       case n % 5 when 1 then null else n % 3 end, case n % 17 when 1 then -1 else n % 4 end,
       case n % 19 when 1 then null else n % 5 end,
       ${shape.replyTo === 'uuid' ? replies : 'case when n % 40 = 7 then n end'},
       case n % 6 when 0 then null when 1 then now() - interval '1 day' when 2 then 'infinity'
         else now() + interval '5 days' end,
       case when n % 103 = 0 then 'infinity' else timestamp '2023-04-01' + n * interval '1 second' end
     from generate_series(1, $1::int) as n`,
    [size, people],
  )
}

// To the one before, to nothing, to oneself, and in a circle of two.
const replies = `case n % 20
  when 4 then md5('crud ' || n - 1)::uuid when 5 then md5('crud ' || n - 1)::uuid
  when 9 then md5('crud ' || n - 1)::uuid when 10 then md5('crud ' || n - 1)::uuid
  when 13 then md5('nothing ' || n)::uuid when 15 then md5('crud ' || n)::uuid
  when 17 then md5('crud ' || n + 1)::uuid when 18 then md5('crud ' || n - 1)::uuid end`
