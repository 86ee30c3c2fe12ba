import { fillPlaceholders, type Placeholder, SQL, StringChunk, sql } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'

/**
 * A statement whose text is made once: made for each request, it costs more than the
 * rest of the query’s code. A run gives the values of its placeholders.
 */
export function prepare<V extends Record<string, unknown>>(build: () => SQL): (values: V) => SQL {
  let made: { parts: StringChunk[]; params: unknown[] } | undefined
  return (values) => {
    made ??= makeText(build())
    const filled = fillPlaceholders(made.params, values)
    return new SQL(
      made.parts.flatMap((part, n) => (n === 0 ? [part] : [sql.param(filled[n - 1]), part])),
    )
  }
}

function makeText(statement: SQL) {
  const { sql: text, params } = new PgDialect().sqlToQuery(statement)
  // Numbered in the order in which they stand.
  return { parts: text.split(/\$\d+/).map((part) => new StringChunk(part)), params }
}

/** A value that is known when the statement runs. */
export type Later<T> = T | Placeholder
