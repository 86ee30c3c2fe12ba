import { causeWith } from './cause.ts'
import { applicationName, type Check, checkWay, fail, ok, warn } from './doctor-way.ts'
import { roleNames } from './grants.ts'
import { MigrationError } from './journal.ts'
import { inspectHistory } from './migrate.ts'
import { openSession, quoteName, type Session } from './session.ts'

interface Patient {
  environment: string
  url: string
  directUrl: string
  disposable: boolean
  /** How the API is run: what it may take of the server’s connections. */
  processes: number
  poolSize: number
}

/** Check after check, the outermost first; it ends with one of the way there that fails. */
export async function* examine(patient: Patient): AsyncGenerator<Check> {
  const { url, directUrl } = patient
  for (const each of new Set([url, directUrl])) {
    for await (const check of checkWay(each, patient.environment)) {
      yield check
      if (check.state === 'fail') return
    }
  }
  const [session, direct] = [
    openSession(url, applicationName),
    openSession(directUrl, applicationName),
  ]
  try {
    yield await checkTimezone(session)
    yield await checkServer(direct)
    yield await checkExtensions(direct)
    yield await checkConnections(direct, patient)
    yield await checkMigrations(patient)
    yield await checkIndexes(direct)
    yield await checkRoles(session, patient)
  } finally {
    await Promise.all([session.close(), direct.close()])
  }
}

/** As the API’s own connections have it. */
async function checkTimezone({ query }: Session): Promise<Check> {
  const [row] = await query<{ zone: string; database: string }>(
    "select current_setting('TimeZone') as zone, current_database() as database",
  )
  const { zone = '', database = '' } = row ?? {}
  if (/^(Etc\/)?(UTC|UCT|Zulu|GMT)$/i.test(zone)) return ok('timezone', zone)
  return warn('timezone', zone, `alter database ${quoteName(database)} set timezone = 'UTC'`)
}

async function checkServer({ query }: Session): Promise<Check> {
  const [row] = await query<{
    version: string
    encoding: string
    replica: boolean
    locked: boolean
  }>(
    `select current_setting('server_version') as version,
       current_setting('server_encoding') as encoding, pg_is_in_recovery() as replica,
       current_setting('default_transaction_read_only')::bool as locked`,
  )
  const { version = '', encoding = '', replica, locked } = row ?? {}
  const says = `Postgres ${version}, ${encoding}`
  if (Number.parseInt(version, 10) < 14) return fail('server', says, 'move to Postgres 14 or newer')
  if (encoding !== 'UTF8') {
    return fail(
      'server',
      says,
      'dump it, `create database … encoding UTF8 template template0`, and restore it there',
    )
  }
  if (replica) return fail('server', `${says}, a replica`, 'name the primary in the URL')
  if (locked) {
    return fail(
      'server',
      `${says}, read-only`,
      'see default_transaction_read_only; a full disk sets it on RDS',
    )
  }
  return ok('server', says)
}

const extensions = ['btree_gist', 'pg_trgm', 'fuzzystrmatch']

async function checkExtensions({ query }: Session): Promise<Check> {
  const rows = await query<{ name: string }>('select name from pg_available_extensions')
  const missing = extensions.filter((each) => !rows.some(({ name }) => name === each))
  if (missing.length === 0) return ok('extensions', `${extensions.join(', ')} are there`)
  return fail(
    'extensions',
    `${missing.join(', ')} missing`,
    'install Postgres’ contrib package on the server',
  )
}

/** Kept for migrations, the sweeper, the sign-up Lambda and people: docs/database.md. */
const spare = 10

async function checkConnections({ query }: Session, { processes, poolSize }: Patient) {
  const [row] = await query<{ most: number; reserved: number; used: number }>(
    `select current_setting('max_connections')::int as most,
       (select sum(setting::int)::int from pg_settings
         where name in ('superuser_reserved_connections', 'reserved_connections',
           'rds.rds_superuser_reserved_connections')) as reserved,
       (select count(*)::int from pg_stat_activity where datname is not null) as used`,
  )
  const { most = 0, reserved = 0, used = 0 } = row ?? {}
  const budget = most - reserved - spare
  const wanted = processes * poolSize
  const sum = `${most} − ${reserved} reserved − ${spare} spare`
  const says = `${processes} × ${poolSize} of ${budget} (${sum}), ${used} in use`
  if (wanted <= budget) return ok('connections', says)
  const fitting = Math.max(1, Math.floor(budget / poolSize))
  return fail(
    'connections',
    says,
    `run ${fitting} processes at most, make their pools smaller, or put a pooler before Postgres`,
  )
}

async function checkMigrations({ directUrl, environment }: Patient): Promise<Check> {
  try {
    const { applied, pending } = await inspectHistory(directUrl)
    if (pending.length === 0) return ok('migrations', `all ${applied.length} are applied`)
    const says = `${pending.length} pending: ${pending.map(({ tag }) => tag).join(', ')}`
    return warn('migrations', says, `pnpm db migrate ${environment}`)
  } catch (error) {
    if (error instanceof MigrationError) return fail('migrations', error.message)
    const code = causeWith(error, 'code')
    if (code === '42501') {
      const says = 'this role may not read the journal'
      return warn('migrations', says, 'let the direct URL log in as cruddur_migrator')
    }
    if (code !== '42703') throw error
    return fail(
      'migrations',
      'the journal is older than our migrator: it has no applied_at',
      'alter table drizzle.__drizzle_migrations ' +
        'add column applied_at timestamptz(3) not null default clock_timestamp()',
    )
  }
}

async function checkIndexes({ query }: Session): Promise<Check> {
  const rows = await query<{ name: string }>(
    `select indexrelid::regclass::text as name from pg_index
     where not indisvalid and not exists (
       select from pg_stat_progress_create_index as build where build.index_relid = indexrelid)`,
  )
  if (rows.length === 0) return ok('indexes', 'all are valid')
  const names = rows.map(({ name }) => name)
  return fail(
    'indexes',
    `invalid: ${names.join(', ')}`,
    names.map((name) => `reindex index concurrently ${name}`).join('; '),
  )
}

async function checkRoles(
  { query }: Session,
  { environment, disposable }: Patient,
): Promise<Check> {
  const names = Object.values(roleNames())
  const rows = await query<{ name: string; super: boolean; own: boolean }>(
    `select rolname as name, rolsuper as super, rolname = current_user as own from pg_roles
     where rolname = current_user or rolname in (select json_array_elements_text($1::json))`,
    [JSON.stringify(names)],
  )
  const missing = names.filter((each) => !rows.some(({ name }) => name === each))
  const says = missing.length === 0 ? 'all three are there' : `missing: ${missing.join(', ')}`
  const own = rows.find((row) => row.own)
  if (disposable) return ok('roles', missing.length === 0 ? says : 'none needed here')
  if (missing.length > 0) return warn('roles', says, `pnpm db grant ${environment}`)
  if (!own?.super) return ok('roles', says)
  return warn('roles', `${says}; ${own.name} is a superuser`, 'let the API log in as cruddur_api')
}
