import { is, Placeholder, type SQL } from 'drizzle-orm'
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
export function prepare<V extends object>(build: () => SQL, effect?: Statement['effect']) {
  let made: ReturnType<typeof makeText> | undefined

  function statementOf(values: V, rows: Statement['rows']): Statement {
    made ??= makeText(build())
    const { text, readers } = made
    const parameters = readers.map((read) => read(values))
    return { text, parameters, rows, effect: effect ?? made.effect }
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
  return { text, readers: params.map(readerOf), effect: effectOf(text) }
}

/** What a run sends for a parameter. Asked of Drizzle each time, it costs more than the driver’s call. */
function readerOf(param: unknown): (values: object) => unknown {
  if (!is(param, Placeholder)) return () => param
  const { name } = param
  return (values) => {
    if (!(name in values)) throw new Error(`The statement was given no ${name}`)
    // TypeScript does not know what `in` has just said of a name that is a variable.
    return (values as Record<string, unknown>)[name]
  }
}

/** Runs a write that has the same effect when it is said twice, so that it outlives its connection. */
export const runRepeatable = <R>(db: Db, statement: SQL) =>
  prepare(() => statement, 'repeatable').rows<R>(db, {})
