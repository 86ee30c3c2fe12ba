import { readConnectionUrl } from './connection-url.ts'
import { openSession, quoteName, type Session } from './session.ts'

/** The same server's URL with another database in it. */
export function withDatabase(url: string, database: string): string {
  readConnectionUrl(url)
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}

export const databaseOf = (url: string) => readConnectionUrl(url).database

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

/** By force it ends every session on it; the callers make sure that it may go. */
export async function dropDatabase(url: string, { force = true } = {}): Promise<void> {
  const name = quoteName(databaseOf(url))
  await onServer(url, (query) =>
    query(`drop database if exists ${name}${force ? ' with (force)' : ''}`),
  )
}

/** Who else is connected to the session’s database, such as `cruddur-api as cruddur (10)`. */
export async function listClients({ query }: Session): Promise<string[]> {
  // Of other people’s sessions an ordinary user sees little more than that they are there.
  const rows = await query<{ client: string }>(
    `select format('%s as %s (%s)', coalesce(nullif(application_name, ''), 'unnamed'),
       usename, count(*)) as client
     from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and coalesce(backend_type, 'client backend') = 'client backend'
     group by application_name, usename order by application_name, usename`,
  )
  return rows.map(({ client }) => client)
}

/** Work that cannot be done from inside the database that it is about. */
export async function onServer<T>(
  url: string,
  work: (query: Session['query']) => Promise<T>,
): Promise<T> {
  const session = openSession(withDatabase(url, 'postgres'))
  try {
    return await work(session.query)
  } finally {
    await session.close()
  }
}
