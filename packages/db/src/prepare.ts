import { fillPlaceholders, type Placeholder, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { type Db, effectOf } from './client.ts'
import type { Statement } from './pool.ts'

export type Bytes = Uint8Array<ArrayBuffer>

/** A value that is known when the statement runs. */
export type Later<T> = T | Placeholder

/**
 * A statement whose text is made once: made for each request, it costs more than the rest of the
 * query’s code. A run gives the values of its placeholders.
 */
export function prepare<V extends Record<string, unknown>>(
  build: () => SQL,
  effect?: Statement['effect'],
) {
  let made: { text: string; params: unknown[] } | undefined

  function statementOf(values: V, rows: Statement['rows']): Statement {
    made ??= makeText(build())
    const { text, params } = made
    const parameters = fillPlaceholders(params, values)
    return { text, parameters, rows, effect: effect ?? effectOf(text) }
  }

  return {
    /** Its rows by column; R is what the select says. */
    async rows<R>(db: Db, values: V): Promise<R[]> {
      return (await db.run(statementOf(values, 'objects'))) as R[]
    },
    /** Its rows as the bytes of each column, as Postgres wrote them. */
    async bytes(db: Db, values: V): Promise<(Bytes | null)[][]> {
      return (await db.run(statementOf(values, 'bytes'))) as (Bytes | null)[][]
    },
  }
}

function makeText(statement: SQL) {
  const { sql: text, params } = new PgDialect().sqlToQuery(statement)
  return { text, params }
}

/** Runs a write that has the same effect when it is said twice, so that it outlives its connection. */
export const runRepeatable = <R>(db: Db, statement: SQL) =>
  prepare(() => statement, 'repeatable').rows<R>(db, {})
