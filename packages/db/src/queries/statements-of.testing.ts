import { type Db, openDb } from '../client.ts'

/** The statements that a query sends, to a database that answers no row. */
export async function statementsOf(query: (db: Db) => Promise<unknown>) {
  const sent: { text: string; parameters: unknown[] }[] = []
  await query(
    openDb(async ({ text, parameters }) => {
      sent.push({ text, parameters })
      return []
    }),
  )
  return sent
}
