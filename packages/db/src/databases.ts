import { openSession, quoteName } from './session.ts'

/** The same server's URL with another database in it. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}

export const databaseOf = (url: string) => decodeURIComponent(new URL(url).pathname.slice(1))

/** True when it was made, false when it was there. */
export async function createDatabase(url: string): Promise<boolean> {
  const name = databaseOf(url)
  return onServer(url, async (query) => {
    const [there] = await query('select 1 from pg_database where datname = $1', [name])
    if (there) return false
    await query(`create database ${quoteName(name)}`)
    return true
  })
}

/** Ends every session on it; the callers make sure that it may go. */
export async function dropDatabase(url: string): Promise<void> {
  await onServer(url, (query) =>
    query(`drop database if exists ${quoteName(databaseOf(url))} with (force)`),
  )
}

/** Work that cannot be done from inside the database that it is about. */
export async function onServer<T>(
  url: string,
  work: (query: ReturnType<typeof openSession>['query']) => Promise<T>,
): Promise<T> {
  const session = openSession(withDatabase(url, 'postgres'))
  try {
    return await work(session.query)
  } finally {
    await session.close()
  }
}
