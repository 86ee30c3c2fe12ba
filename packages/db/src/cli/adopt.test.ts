import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { fillBootcamp, openBootcamp, prod } from '../adopt/bootcamp.testing.ts'
import { databaseOf } from '../databases.ts'
import { runDb } from './run-db.testing.ts'

const { url, session } = await openBootcamp()
await fillBootcamp(session, prod, 2000)
const folder = mkdtempSync(join(tmpdir(), 'cruddur-adopt-'))
const scan = join(folder, 'messages.json')
writeFileSync(scan, '{"Items":[{"pk":{"S":"?"}}]}')

afterAll(() => rmSync(folder, { recursive: true }))

const db = (...words: string[]) => runDb(words, { PROD_CONNECTION_URL: url })

it('plans, asks whether it is meant, adopts, and says afterwards that it has', async () => {
  const plan = await db('adopt', 'prod', '--json')
  expect(JSON.parse(plan.stdout)).toMatchObject({
    applied: false,
    adoption: { before: { users: 20 } },
  })
  const { adoption } = JSON.parse(plan.stdout)

  const refused = await db('adopt', 'prod', '--apply')
  expect(refused.code).toBe(1)
  expect(refused.output).toContain(`add --yes --confirm ${databaseOf(url)}`)
  expect(await session.query("select to_regnamespace('adopted') as schema")).toEqual([
    { schema: null },
  ])

  const word = ['--yes', '--confirm', databaseOf(url)]
  const adopted = await db('adopt', 'prod', '--apply', ...word, '--messages', scan)
  expect(adopted.output).toMatch(
    /before +after +quarantine\n[- ]+\nusers +20 +18 +2\nactivities +2,000/,
  )
  expect(adopted.output).toMatch(/\nactivities +no_author +40 +the row +nobody wrote it\n/)
  expect(adopted.output).toMatch(/have expired: .*\nAdopted\.\n1 messages in the file: 0 added/)
  expect(adopted.code).toBe(0)

  const again = await db('adopt', 'prod', '--apply', '--json')
  expect(JSON.parse(again.stdout)).toEqual({ applied: true, adoption: null, messages: null })
  expect(again.code).toBe(0)
  const more = await db('adopt', 'prod', '--apply', '--messages', scan)
  expect(more.output).toMatch(/needs your word. The messages are written into it: add --yes/)
  expect(more.code).toBe(1)

  const released = await db('sweep', 'prod', '--adopted')
  expect(released.output).toContain(`Swept ${adoption.expired} expired`)
})

it.each([[], ['--json']])('tells what was adopted where the messages fail %j', async (...flags) => {
  const { url, session } = await openBootcamp()
  await session.query('create schema tools')
  await session.query(`create function tools.refuse() returns event_trigger language plpgsql as $$
    begin
      if current_setting('application_name') = 'cruddur-adopt' then raise 'not today'; end if;
    end $$`)
  await session.query(
    'create event trigger refusing on ddl_command_start execute function tools.refuse()',
  )
  const given = ['adopt', 'local', '--apply', '--messages', scan, ...flags]
  const { code, output, stdout } = await runDb(given, { CONNECTION_URL: url })
  expect(code).toBe(1)
  expect(output).toContain('not today')
  expect(stdout).toMatch(/\nAdopted\.\n$|^{"applied":true,"adoption":{.*"messages":null}\n$/)
})

it('either plans or applies', async () => {
  const { code, output } = await db('adopt', 'prod', '--plan', '--apply')
  expect([code, output]).toEqual([2, expect.stringContaining('exclude each other')])
})

it('wants a word where another name or a tunnel leads to other people’s data', async () => {
  const { url, session } = await openBootcamp()
  const apply = (variables = {}) =>
    runDb(['adopt', 'local', '--apply'], { CONNECTION_URL: url, ...variables })
  const sentence = /needs your word. Its tables are made anew/
  expect((await apply({ PROD_CONNECTION_URL: url })).output).toMatch(sentence)
  await session.query(`alter database ${databaseOf(url)} set rds.extensions = 'x'`)
  expect((await apply()).output).toMatch(sentence)
  await session.query(`alter database ${databaseOf(url)} reset all`)
  expect((await apply()).output).toContain('Adopted.')
})
