import { getTableName, isTable } from 'drizzle-orm'
import { readHistory } from './migrate.ts'
import { withTableLocks } from './migration-lock.ts'
import * as schema from './schema/index.ts'
import { openSession, quoteName, type Session } from './session.ts'

export interface GrantReport {
  /** False where it was there. */
  created: Record<string, boolean>
  /** How many of our tables there are by now. */
  tables: number
  /** The server is RDS: they log in by IAM. */
  byIam: boolean
  /** What only its owner can forbid, and to whom: nothing, where all is as it should be. */
  left: string[]
}

export const roleNames = (prefix = 'cruddur') => ({
  api: `${prefix}_api`,
  postConfirmation: `${prefix}_post_confirmation`,
  migrator: `${prefix}_migrator`,
})

type RoleNames = ReturnType<typeof roleNames>

const readAndWrite = 'select, insert, update, delete'

/** Makes the roles of a deployment, or brings them to what each needs and no more. */
export async function grantRoles(url: string, names = roleNames()): Promise<GrantReport> {
  const session = openSession(url, 'cruddur-grant')
  try {
    await readHistory(session)
    let report: GrantReport | undefined
    // To become a table’s owner takes its lock.
    await withTableLocks(60_000, async () => {
      report = await session.transaction(() => grantAll(session, names))
    })
    if (!report) throw new Error('The roles were granted without a report')
    return report
  } finally {
    await session.close()
  }
}

async function grantAll(session: Session, names: RoleNames): Promise<GrantReport> {
  await session.query("set local lock_timeout = '2s'")
  const created: GrantReport['created'] = {}
  for (const role of Object.values(names)) created[role] = await makeRole(session, role)
  const byIam = await letInByIam(session, Object.values(names))
  await grantPlaces(session, names)
  await giveToMigrator(session, names.migrator)
  const tables = await grantTables(session, names)
  return { created, tables, byIam, left: await findLeft(session, names.api) }
}

/** A role that may log in and is nothing special; true when it was not there. */
async function makeRole({ query }: Session, role: string): Promise<boolean> {
  const [found] = await query<{ plain: boolean }>(
    `select rolcanlogin and not (rolsuper or rolcreatedb or rolcreaterole or rolreplication
       or rolbypassrls) as plain from pg_roles where rolname = $1`,
    [role],
  )
  if (!found) await query(`create role ${quoteName(role)} login`)
  else if (!found.plain) {
    await query(`alter role ${quoteName(role)} login nosuperuser nocreatedb nocreaterole
      noreplication nobypassrls`)
  }
  return !found
}

async function letInByIam({ query }: Session, roles: string[]): Promise<boolean> {
  const [rds] = await query("select from pg_roles where rolname = 'rds_iam'")
  if (!rds) return false
  for (const role of roles) {
    const [member] = await query<{ is: boolean }>(
      "select pg_has_role($1, 'rds_iam', 'member') as is",
      [role],
    )
    if (!member?.is) await query(`grant rds_iam to ${quoteName(role)}`)
  }
  return true
}

/** By itself Postgres lets everybody make temporary tables, and until 15 create in public. */
async function grantPlaces({ query }: Session, names: RoleNames) {
  const [found] = await query<{ database: string; isMember: boolean }>(
    `select quote_ident(current_database()) as database,
       current_user = $1
         or (select rolsuper from pg_roles where rolname = current_user) as "isMember"`,
    [names.migrator],
  )
  const [api, postConfirmation, migrator] = quoted(names)
  const everybody = `${api}, ${postConfirmation}, ${migrator}`
  // Who may not become the migrator could give it nothing, nor go on with what it owns.
  if (!found?.isMember) await query(`grant ${migrator} to current_user`)
  await query(`grant connect on database ${found?.database} to ${everybody}`)
  await query(`revoke temporary on database ${found?.database} from public`)
  await query(`grant create, temporary on database ${found?.database} to ${migrator}`)
  await query(`revoke create on schema public from public, ${api}, ${postConfirmation}`)
  await query(`grant usage on schema public to ${everybody}`)
  await query(`grant create on schema public to ${migrator}`)
  for (const maker of new Set([migrator, 'current_user'])) {
    const defaults = `alter default privileges for role ${maker} in schema public grant`
    await query(`${defaults} ${readAndWrite} on tables to ${api}`)
    await query(`${defaults} execute on functions to ${api}`)
  }
}

const quoted = ({ api, postConfirmation, migrator }: RoleNames) =>
  [quoteName(api), quoteName(postConfirmation), quoteName(migrator)] as const

/** It alters what migrations made, whoever ran them until now. */
async function giveToMigrator(session: Session, migrator: string) {
  const theirs = await session.query<{ kind: string; name: string }>(
    `select kind, name from (
       select 'schema' as kind, quote_ident(nspname) as name, nspowner as owner
       from pg_namespace where nspname = 'drizzle'
       union all
       select 'table', oid::regclass::text, relowner from pg_class
       where ${isOurs} or oid = to_regclass('drizzle.__drizzle_migrations')
       union all
       select 'function', oid::regprocedure::text, proowner from pg_proc where ${isOurFunction}
     ) as object where owner <> (select oid from pg_roles where rolname = $2)`,
    [ourTables, migrator],
  )
  for (const { kind, name } of theirs) {
    await session.query(`alter ${kind} ${name} owner to ${quoteName(migrator)}`)
  }
}

const ourTables = JSON.stringify(Object.values(schema).filter(isTable).map(getTableName))

const isOurs = `relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
  and relname in (select json_array_elements_text($1::json))`

const isOurFunction = `pronamespace = 'public'::regnamespace and not exists (
  select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid
    and deptype = 'e')`

/** Also takes back what somebody gave them by hand. */
async function grantTables({ query }: Session, names: RoleNames): Promise<number> {
  const [found] = await query<{ tables: string | null; count: number; journal: boolean }>(
    `select string_agg(oid::regclass::text, ', ') as tables, count(*)::int as count,
       to_regclass('drizzle.__drizzle_migrations') is not null as journal
     from pg_class where ${isOurs}`,
    [ourTables],
  )
  const [api, postConfirmation] = quoted(names)
  if (found?.journal) {
    const from = `from ${api}, ${postConfirmation}`
    await query(`revoke all on all tables in schema drizzle ${from}`)
    await query(`revoke all on schema drizzle ${from}`)
  }
  if (!found?.tables) return 0
  await query(`revoke all on ${found.tables} from ${api}, ${postConfirmation}`)
  await query(`grant ${readAndWrite} on ${found.tables} to ${api}`)
  await query(`grant select, insert, update on users to ${postConfirmation}`)
  const functions = await query<{ name: string }>(
    `select oid::regprocedure::text as name from pg_proc where ${isOurFunction}`,
  )
  for (const { name } of functions) await query(`grant execute on function ${name} to ${api}`)
  return found.count
}

/** To take a right from everybody is its owner’s alone, and refused to others without an error. */
async function findLeft({ query }: Session, api: string): Promise<string[]> {
  const rows = await query<{ what: string }>(
    `select 'create in the schema public' as what
     where has_schema_privilege($1, 'public', 'create')
     union all
     select 'make temporary tables'
     where has_database_privilege($1, current_database(), 'temporary')`,
    [api],
  )
  return rows.map(({ what }) => what)
}
