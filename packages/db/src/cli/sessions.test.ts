import { afterAll, expect, it } from 'vitest'
import { openSession } from '../session.ts'
import { type Connection, withoutValues } from '../sessions.ts'
import { cloneDatabase } from '../testing.ts'
import { runDb } from './run-db.testing.ts'

const { url } = await cloneDatabase()
const run = (...words: string[]) => runDb(['sessions', ...words], { CONNECTION_URL: url })

async function connectAs(name: string, ...statements: string[]) {
  const client = openSession(url, name)
  afterAll(client.close)
  for (const statement of statements) await client.query(statement)
  const [row] = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return { client, pid: row?.pid ?? 0 }
}

const di = await connectAs('psql of Di', 'begin', "select 'di@example.com'")
const ed = await connectAs('psql of Ed')

const list = async (): Promise<Connection[]> => JSON.parse((await run('--json')).stdout)

it('lists the others with state, age and client, and no value of theirs', async () => {
  await di.client.query("select 1 where 'di@example.com' = ''")
  const { stdout } = await run()
  expect(stdout).toMatch(
    /^ *pid +user +application +client +state +for +age +query start +statement\n/,
  )
  expect(stdout).toMatch(/psql of Di .* idle in transaction .* s .* s .*Z +select…\n/)
  expect(stdout).not.toMatch(/example|cruddur-sessions/)
  expect(await list()).toContainEqual(
    expect.objectContaining({ pid: ed.pid, application: 'psql of Ed', state: 'idle' }),
  )
})

it('ends one by its pid and says which; never itself or what is no session here', async () => {
  const { code, stdout } = await run('--kill', String(di.pid))
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(
      /^Ended \d+: psql of Di as \w+ from .*, idle in transaction for \d+ s\.\n$/,
    ),
  ])
  await expect(di.client.query('select 1')).rejects.toThrow()
  expect(await list()).not.toContainEqual(expect.objectContaining({ pid: di.pid }))
  expect(await run('--kill', String(di.pid))).toMatchObject({
    code: 1,
    output: expect.stringMatching(/No session on \w+ has the pid \d+: nothing was done/),
  })
  expect((await run('--kill', 'all')).code).toBe(2)
  const both = await run('--kill', String(ed.pid), '--kill-idle')
  expect([both.code, both.output]).toEqual([2, expect.stringMatching(/give one of the two/)])
  expect(await list()).toContainEqual(expect.objectContaining({ pid: ed.pid }))
})

it('ends the idle and spares who is in a transaction', async () => {
  const fay = await connectAs('psql of Fay', 'begin')
  const { ended } = JSON.parse((await run('--kill-idle', '--json')).stdout)
  expect(ended).toContainEqual(expect.objectContaining({ pid: ed.pid }))
  expect(await fay.client.query('select 1 as one')).toEqual([{ one: 1 }])
})

it.each([
  ["update users set bio = 'secret' where x", 'update users set bio =…'],
  ['select $$secret$$', 'select…'],
  ["select e'it\\'s secret'", 'select e…'],
  ['select $tag$ secret', 'select…'],
  ['delete from "t1" where id = 4711', 'delete from "t1" where id =…'],
  ['select a1 from t where b = $1 limit $2', 'select a1 from t where b = $1 limit $2'],
  ['/* secret */ select 1', '…'],
  ['select a -- secret', 'select a…'],
])('tells a statement up to its first value: %s', (statement, told) => {
  expect(withoutValues(statement)).toBe(told)
})
