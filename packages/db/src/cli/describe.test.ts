import { expect, it } from 'vitest'
import { cloneDatabase } from '../testing.ts'
import { runDb } from './run-db.testing.ts'

const { url, session } = await cloneDatabase()
const run = (...words: string[]) => runDb(words, { CONNECTION_URL: url })

it('lists the tables, those of public first', async () => {
  await session.query('analyze departures')
  const { stdout } = await run('tables')
  expect(stdout).toMatch(
    /^table {6,}kind +rows +size\n-+ .*\nactivities {7,}table +unknown +\d+ kB\n/,
  )
  expect(stdout).toMatch(/\ndepartures +table +0 +\d+ kB\n/)
  expect(stdout).toMatch(/\ndrizzle\.__drizzle_migrations +table .*\n$/)
  const tables = JSON.parse((await run('tables', '--json')).stdout)
  expect(tables).toContainEqual(
    expect.objectContaining({ schema: 'public', name: 'departures', rows: 0 }),
  )
})

it('describes a table as \\d does', async () => {
  await session.query('create view newest as select * from activities limit 1')
  const { stdout } = await run('describe', 'activities')
  for (const line of [
    /^table activities, unknown rows, \d+ kB\n\ncolumn +type +nullable +default\n/,
    /\nuuid +uuid +no +gen_random_uuid\(\)\n/,
    /\nexpires_at +timestamp\(3\) with time zone +yes\n/,
    /\nsearch +tsvector +no +generated always as \(array_to_tsvector\(.*\) stored\n/,
    /\nIndexes:\n {2}UNIQUE INDEX activities_pkey ON public\.activities USING btree \(uuid\), 8/,
    /\n {2}activities_likes_count_check CHECK \(\(?likes_count >= 0\)?\)\n/,
    /\n {2}activities_user_fk FOREIGN KEY \(user_uuid\) REFERENCES users\(uuid\)\n/,
    /\nReferenced by:\n.*\n? {2}notifications: notifications_activity_fk FOREIGN KEY/,
    /\nTriggers:\n {2}TRIGGER activities_search_words_trigger AFTER INSERT/,
  ]) {
    expect(stdout).toMatch(line)
  }
  expect((await run('describe', 'newest')).stdout).toMatch(/^view newest/)
  const { stdout: json } = await run('describe', 'public.users', '--json')
  expect(JSON.parse(json)).toMatchObject({ name: 'users', triggers: [] })
})

it('suggests the nearest table', async () => {
  expect(await run('describe', 'activites')).toMatchObject({
    code: 1,
    output: expect.stringContaining('has no table "activites". Did you mean activities?'),
  })
  expect((await run('describe', "x' or true --")).output).toContain('See `pnpm db tables local`')
})
