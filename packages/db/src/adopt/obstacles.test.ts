import { expect, it } from 'vitest'
import { createAsciiDatabase } from '../ascii-database.testing.ts'
import { migration } from '../migrations.testing.ts'
import { readMigrations } from '../migrations-folder.ts'
import { cloneDatabase } from '../testing.ts'
import { adopt, planAdoption } from './adopt.ts'
import { openBootcamp, prod } from './bootcamp.testing.ts'
import { listNames } from './obstacles.ts'

async function open(...statements: string[]) {
  const { url, session } = await openBootcamp()
  for (const statement of statements) await session.query(statement)
  return { url, session }
}

it.each([
  ['alter table users add column karma int', /users.karma is a column that nothing of ours/],
  ['alter table users drop column email', /users.email is missing/],
  ['alter table activities alter created_at type date', /activities.created_at has the type date/],
  ['alter table users drop constraint users_pkey', /users has no primary key on uuid/],
  ['alter table users enable row level security', /users has row-level security/],
  [
    'create table elders (handle text); alter table users inherit elders',
    /users inherits from elders/,
  ],
  ['create schema adopted', /the schema adopted is in the way/],
])('refuses what is not the bootcamp’s: %s', async (statement, sentence) => {
  const { url } = await open(statement)
  await expect(planAdoption(url)).rejects.toThrow(sentence)
  await expect(adopt(url)).rejects.toThrow(sentence)
})

it('refuses a database in another encoding, and a server without our extensions', async () => {
  const { url, session } = await openBootcamp(prod, 'ascii', createAsciiDatabase)
  await expect(planAdoption(url)).rejects.toThrow('its encoding is SQL_ASCII and not UTF8')
  await expect(adopt(url)).rejects.toThrow('its encoding is SQL_ASCII')
  expect(await session.query('select from users')).toEqual([])
  const wanting = migration(9, ['create extension if not exists nowhere with schema public'])
  const migrations = [...readMigrations(), wanting]
  const other = await openBootcamp()
  await expect(planAdoption(other.url, { migrations })).rejects.toThrow(
    'the server does not have the extension nowhere',
  )
})

it('refuses what hangs on the old tables, all of it by its name', async () => {
  const { url, session } = await open(
    'create policy own_only on users using (true)',
    "alter table users add constraint no_spam check (email <> 'spam')",
    'alter table users add constraint one_handle unique (handle)',
    'create index by_handle on users (handle)',
    'create publication news for table activities',
    'create sequence likes owned by activities.likes_count',
    'create statistics together on user_uuid, message from activities',
    'create view latest as select * from activities',
    'create materialized view latest_kept as select latest.* from latest, users',
    'create rule quiet as on delete to users do instead nothing',
    "create function remember() returns trigger language plpgsql as 'begin return new; end'",
    'create trigger remembering after insert on users execute function remember()',
    'create function name_of(users) returns text language sql return $1.handle',
    'create table likes_of (uuid uuid references users, liker users, likers users[])',
    'create table crowd () inherits (users)',
    'create table rows (uuid uuid)',
    'alter table rows enable row level security',
    'create policy of_users on rows using (uuid in (select uuid from users))',
  )
  const refusal = await planAdoption(url).catch((error: Error) => error.message)
  const named = String(refusal).match(/[^;:]+(?= hangs on the old tables)/g)
  expect(named?.map((each) => each.trim())).toEqual([
    'function public.name_of(public.users)',
    'index public.by_handle',
    'materialized view public.latest_kept',
    'policy of_users on public.rows',
    'policy own_only on public.users',
    'publication relation public.activities in publication news',
    'rule quiet on public.users',
    'sequence public.likes',
    'statistics object public.together',
    'table column public.likes_of.liker',
    'table column public.likes_of.likers',
    'table constraint likes_of_uuid_fkey on public.likes_of',
    'table constraint no_spam on public.users',
    'table constraint one_handle on public.users',
    'table public.crowd',
    'trigger remembering on public.users',
    'view public.latest',
  ])
  await expect(adopt(url)).rejects.toThrow(String(refusal))
  expect(await session.query("select to_regnamespace('adopted') as schema")).toEqual([
    { schema: null },
  ])
})

it('refuses what stands where ours would', async () => {
  const { url } = await open(
    'create table messages (id int)',
    'create domain departures as text',
    'create table posts (at date)',
    'create index activities_home_idx on posts (at)',
    'create table groups (constraint message_groups_pair_key unique (id), id int)',
    'create function words_like(text, timestamptz) returns int language sql return 1',
    'create schema tools',
    'create extension pg_trgm schema tools',
  )
  const refusal = await planAdoption(url).catch((error: Error) => error.message)
  for (const each of [
    'table public.messages has a name of ours',
    'type public.departures has a name of ours',
    'index public.activities_home_idx has a name of ours',
    'index public.message_groups_pair_key has a name of ours',
    'function public.words_like(pg_catalog.text,timestamp with time zone) has a name of ours',
    'pg_trgm is in the schema tools: `alter extension pg_trgm set schema public`',
  ]) {
    expect(refusal).toContain(each)
  }
  await expect(adopt(url)).rejects.toThrow(String(refusal))
})

it('knows every name that our migrations give', async () => {
  const { session } = await cloneDatabase()
  const rows = await session.query<{ name: string }>(
    `select relname as name from pg_class
       where relnamespace = 'public'::regnamespace
     union all select proname from pg_proc where pronamespace = 'public'::regnamespace
       and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')`,
  )
  expect(rows.length).toBeGreaterThan(40)
  const names = listNames(readMigrations())
  expect(names).toEqual(expect.arrayContaining(rows.map(({ name }) => name)))
})

it('takes foreign keys between the two, which ours have too', async () => {
  const { url } = await open(
    'alter table activities add foreign key (user_uuid) references users',
    'alter table activities add foreign key (reply_to_activity_uuid) references activities',
  )
  expect(await adopt(url)).toBeDefined()
})
