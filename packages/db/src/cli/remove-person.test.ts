import { expect, it } from 'vitest'
import { databaseOf } from '../databases.ts'
import { cloneDatabase } from '../testing.ts'
import { runDb } from './run-db.testing.ts'

const { url, session } = await cloneDatabase()
const remove = (...words: string[]) =>
  runDb(['remove-person', ...words], { TEST_CONNECTION_URL: url, CONNECTION_URL: url })

await session.query(
  "insert into users (handle, display_name) values ('Di', 'Di Nguyen'), ('ed', 'Ed')",
)
await session.query(`insert into activities (user_uuid, message)
  select uuid, 'Hello' from users where handle = 'Di'`)

const listHandles = async () =>
  (await session.query('select handle from users order by handle')).map((row) => row.handle)

it('does nothing without a person’s word', async () => {
  const { code, output } = await remove('di', 'test')
  expect(code).toBe(1)
  expect(output).toMatch(/cannot be undone.*add --yes to delete @di of test/)
  expect(await listHandles()).toEqual(['Di', 'ed'])
})

it('deletes the person and says how much went, and of whom nothing', async () => {
  const { code, output } = await remove('@dI', 'test', '--yes')
  expect(output).toMatch(/^test: .*\nGone: 1 person, 1 cruds, 0 replies, 0 replies of others/)
  expect(output).not.toMatch(/Nguyen|Hello/)
  expect(code).toBe(0)
  expect(await listHandles()).toEqual(['ed'])
})

it.each([
  [['nobody', 'test', '--yes'], /Nobody in test is @nobody: nothing was done/, 1],
  [['no body', 'test', '--yes'], /"no body" is no handle/, 2],
  [['ed', 'nowhere', '--yes'], /Set NOWHERE_CONNECTION_URL/, 1],
  [['--yes'], /A word is missing.*remove-person <handle> \[environment\] \[flags\]/s, 2],
])('%j: a sentence and an exit code', async (words, sentence, exitCode) => {
  const { code, output } = await remove(...words)
  expect(output).toMatch(sentence)
  expect(code).toBe(exitCode)
  expect(await listHandles()).toEqual(['ed'])
})

it('wants the database’s name, too, where it is prod’s under another one', async () => {
  const prod = { PROD_CONNECTION_URL: url, CONNECTION_URL: url, DEMO_CONNECTION_URL: url }
  const removeNobody = async (...words: string[]) =>
    (await runDb(['remove-person', 'nobody', ...words, '--yes'], prod)).output
  const confirm = ['--confirm', databaseOf(url)]
  for (const name of ['local', 'demo']) {
    const sentence = /This is the database of prod: add --yes --confirm/
    expect(await removeNobody(name)).toMatch(sentence)
    expect(await removeNobody(name, '--confirm', 'other')).toMatch(/names another database/)
    expect(await removeNobody(name, ...confirm)).toContain(`Nobody in ${name} is @nobody`)
  }
  expect(await removeNobody('prod')).toContain('Nobody in prod is @nobody')
})

it('takes the environment of CRUDDUR_ENV when none is named', async () => {
  const { output } = await runDb(['remove-person', 'nobody', '--yes'], {
    CRUDDUR_ENV: 'demo',
    DEMO_CONNECTION_URL: url,
  })
  expect(output).toMatch(/^demo: .*\nNobody in demo/)
})
