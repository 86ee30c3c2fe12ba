import { fillPlaceholders, type Placeholder, type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { type Db, isRepeatable } from './client.ts'
import type { Statement } from './pool.ts'

export type Bytes = Uint8Array<ArrayBuffer>

/** A value that is known when the statement runs. */
export type Later<T> = T | Placeholder

/**
 * A statement whose text is made once: made for each request, it costs more than the rest of the
 * query’s code. A run gives the values of its placeholders.
 */
export function prepare<V extends Record<string, unknown>>(build: () => SQL) {
  let made: { text: string; params: unknown[]; repeatable: boolean } | undefined

  function statementOf(values: V, rows: Statement['rows']): Statement {
    made ??= makeText(build())
    const { text, params, repeatable } = made
    return { text, parameters: fillPlaceholders(params, values), rows, repeatable }
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
  return { text, params, repeatable: isRepeatable(text) }
}
