import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { openDb } from './client.ts'
import type { Statement } from './pool.ts'
import { prepare, runRepeatable } from './prepare.ts'

const sent: Statement[] = []
const db = openDb(async (statement) => {
  sent.push(statement)
  return []
})

it('makes a text once and gives each run its own values', async () => {
  let built = 0
  const { placeholder } = sql
  const select = prepare<{ a: number; b: string }>(() => {
    built++
    return sql`select ${placeholder('a')}, ${'fixed'}, ${placeholder('b')}, ${placeholder('a')}`
  })
  await select.rows(db, { a: 1, b: 'x' })
  await select.bytes(db, { a: 2, b: 'y' })
  const text = 'select $1, $2, $3, $4'
  expect(sent).toEqual([
    { text, parameters: [1, 'fixed', 'x', 1], rows: 'objects', effect: 'none' },
    { text, parameters: [2, 'fixed', 'y', 2], rows: 'bytes', effect: 'none' },
  ])
  expect(built).toBe(1)
})

it('runs with no value that it was not given', async () => {
  const select = prepare(() => sql`select ${sql.placeholder('a')}`)
  await expect(select.rows(db, {})).rejects.toThrow('The statement was given no a')
  await select.rows(db, { a: undefined })
  expect(sent.at(-1)?.parameters).toEqual([undefined])
})

it('says nothing twice that writes, unless it is told that it may', async () => {
  const write = sql`with gone as (delete from users) select 1`
  await prepare(() => write).rows(db, {})
  await runRepeatable(db, write)
  expect(sent.slice(-2).map(({ effect }) => effect)).toEqual(['once', 'repeatable'])
})
