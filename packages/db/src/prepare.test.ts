import { sql } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { expect, it } from 'vitest'
import { prepare } from './prepare.ts'

it('makes a text once and gives each run its own values', () => {
  let built = 0
  const { placeholder } = sql
  const select = prepare(() => {
    built++
    return sql`select ${placeholder('a')}, ${'fixed'}, ${placeholder('b')}, ${placeholder('a')}`
  })
  const queryOf = (values: { a: number; b: string }) => {
    const { sql: text, params } = new PgDialect().sqlToQuery(select(values))
    return { text, params }
  }
  const text = 'select $1, $2, $3, $4'
  expect(queryOf({ a: 1, b: 'x' })).toEqual({ text, params: [1, 'fixed', 'x', 1] })
  expect(queryOf({ a: 2, b: 'y' })).toEqual({ text, params: [2, 'fixed', 'y', 2] })
  expect(built).toBe(1)
})
