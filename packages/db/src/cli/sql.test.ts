import { expect, it } from 'vitest'
import { cloneDatabase } from '../testing.ts'
import { runDb } from './run-db.testing.ts'

const { url, session } = await cloneDatabase()
const onProd = (...words: string[]) =>
  runDb(['sql', ...words, 'prod'], { PROD_CONNECTION_URL: url })
const onLocal = (...words: string[]) => runDb(['sql', ...words], { CONNECTION_URL: url })

await session.query("insert into users (handle, display_name) values ('di', 'Di'), ('ed', 'Ed')")
const handles = async () =>
  (await session.query('select handle from users order by handle')).map(({ handle }) => handle)

it('prints a table, or JSON', async () => {
  const statement = `select handle, bio, 12 as n from users order by 1`
  expect((await onProd(statement)).stdout).toBe(
    'handle  bio    n\n------  ----  --\ndi      null  12\ned      null  12\n(2 rows)\n',
  )
  const json = await onProd(`select 'x' as "a b", null as b, '{"c": [1]}'::jsonb as c`, '--json')
  expect(JSON.parse(json.stdout)).toEqual([{ 'a b': 'x', b: null, c: { c: [1] } }])
  const odd = `select float8 'NaN' as nan, float4 '-Infinity' as less, '\\x00ff'::bytea as "b""y"`
  expect(
    (await onProd(`${odd}, '[12345678901234567890]'::jsonb as j, json 'null' as n`, '--json'))
      .stdout,
  ).toBe(
    '[{"nan":"NaN","less":"-Infinity","b\\"y":"\\\\x00ff","j":[12345678901234567890],"n":null}]\n',
  )
  expect((await onProd('select 1 as a, 2 as a', '--json')).output).toContain('name one of them')
  expect((await onProd('select from users where false')).stdout).toBe('SELECT 0\n')
})

it('writes elsewhere than on prod, and says how much', async () => {
  expect((await onLocal("update users set bio = 'hi'")).stdout).toBe('UPDATE 2\n')
  const json = async (statement: string) => JSON.parse((await onLocal(statement, '--json')).stdout)
  expect(await json('update users set bio = bio')).toEqual({ command: 'UPDATE', count: 2 })
  expect(await json('set jit = off')).toEqual({ command: 'SET', count: null })
  expect(await json('update users set bio = bio where false returning bio')).toEqual([])
  expect((await onLocal('do $$ begin null; end $$')).stdout).toBe('DO\n')
  expect(await session.query("select 1 from users where bio = 'hi'")).toHaveLength(2)
})

it.each([
  '(((select 1)))',
  'TABLE users',
  'values (1)',
  'with a as (select 1) table a',
  'show statement_timeout',
  'explain select 1',
  '/* a */ -- b\nselect(1)',
])('reads on prod: %s', async (statement) => {
  expect(await onProd(statement)).toMatchObject({ code: 0 })
})

it('ends a statement after a minute', async () => {
  expect((await onProd('show statement_timeout')).stdout).toContain('\n1min\n')
})

it('writes as little where another name is given to prod’s database', async () => {
  const variables = { CONNECTION_URL: url, PROD_CONNECTION_URL: url }
  const { code } = await runDb(['sql', 'delete from users'], variables)
  expect(code).toBe(1)
  expect(await handles()).toEqual(['di', 'ed'])
})

const breakOut = 'delete from users'
it.each([
  breakOut,
  `with gone as (${breakOut} returning 1) select count(*) from gone`,
  `commit; ${breakOut}`,
  `select 1; commit; ${breakOut}`,
  `rollback; begin; ${breakOut}; commit`,
  `set transaction read write; ${breakOut}`,
  `do $$ begin copy (select 1) to program 'true'; end $$`,
  `/* a */ DO 'begin ${breakOut}; end'`,
  `explain analyze ${breakOut}`,
  `select set_config('transaction_read_only', 'off', true) from users`,
  'create table mine ()',
  'truncate users cascade',
  'vacuum users',
  "copy (select 1) to program 'true'",
  'select * into copied from users',
  'reindex table users',
  'lock table users',
  'notify news',
  'checkpoint',
  'selects',
])('lets nobody write on prod: %s', async (statement) => {
  const { code, output } = await onProd(statement)
  expect(output).toMatch(
    /Postgres refuses it: .*\(\w{5}\)\.|COPY is for|a statement begins with select/,
  )
  expect(code).toBe(1)
  expect(await handles()).toEqual(['di', 'ed'])
})

it.each([
  'copy users from stdin',
  'COPY(select 1)to stdout',
  ";; copy (select 1) to '/tmp/out'",
  '/* copy /* in */ -- */copy users to stdout',
  '-- select\u2028 1\n/**/ -- /*\r copy users to stdout',
])('leaves files to psql: %s', async (statement) => {
  const { code, output } = await onLocal('--', statement)
  expect(output).toMatch(/COPY is for `pnpm db connect local`, whose \\copy knows your files\.\n$/)
  expect(code).toBe(1)
})

it.each(['', ' ;\n; ', '/* select 1 */ -- select 2'])(
  'wants a statement: "%s"',
  async (statement) => {
    const { code, output } = await onLocal('--', statement)
    expect([code, output]).toEqual([2, expect.stringMatching(/There is no statement: write one/)])
  },
)

it.each(['copies', '/* copy */ table copy', '/*'])('is no COPY: %s', async (statement) => {
  expect((await onLocal(statement)).output).toMatch(/Postgres refuses it/)
})

it('says what is wrong, and where to go instead', async () => {
  expect((await onProd(breakOut)).output).toContain('use `pnpm db connect prod`')
  expect((await onLocal('selec 1')).output).toMatch(/refuses it: syntax error at or near "selec"/)
  expect((await onLocal('select * from nope')).output).toMatch(/"nope" does not exist \(42P01\)/)
})
