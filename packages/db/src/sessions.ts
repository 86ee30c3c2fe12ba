import type { Session } from './session.ts'

/** A connection to the database, as it is now. */
export interface Connection {
  pid: number
  user: string
  application: string
  client: string
  /** Null where the role may not see it. */
  state: string | null
  /** Since when it is in that state, in seconds. */
  stateSeconds: number | null
  /** Since it was opened. */
  ageSeconds: number
  queryStart: string | null
  /** What it does, or did last, up to the first value in it. */
  statement: string
}

/** Everybody on this database but us, the longest in their state first. */
export async function listConnections({ query }: Session): Promise<Connection[]> {
  const rows = await query<Connection & Record<string, unknown>>(
    `select pid, usename as user, application_name as application,
       coalesce(host(client_addr) || ':' || client_port, 'socket') as client, state,
       extract(epoch from clock_timestamp() - state_change)::int as "stateSeconds",
       extract(epoch from clock_timestamp() - backend_start)::int as "ageSeconds",
       to_char(query_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "queryStart",
       query as statement
     from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and coalesce(backend_type, 'client backend') = 'client backend'
     order by state_change nulls last, pid`,
  )
  return rows.map((row) => ({ ...row, statement: withoutValues(row.statement) }))
}

/** Literals may be somebody’s data, so a statement is told up to the first; $1 tells nothing. */
export function withoutValues(statement: string): string {
  const [start = ''] = statement.split(/'|\$(?!\d)|--|\/\*|(?<![\w$"])\d/)
  const told = start.replace(/\s+/g, ' ').trim()
  return start.length < statement.length ? `${told}…` : told
}

/** True when its connection is gone. */
export async function endConnection({ query }: Session, pid: number): Promise<boolean> {
  const [row] = await query<{ ended: boolean }>(
    `select pg_terminate_backend(pid, 5000) as ended from pg_stat_activity
     where pid = $1 and datname = current_database() and pid <> pg_backend_pid()`,
    [pid],
  )
  return row?.ended === true
}
