import { causeWith } from './cause.ts'
import { compare, type History, listApplied, MigrationError, record } from './journal.ts'
import { isLockFailure, takeMigratorLock, withTableLocks } from './migration-lock.ts'
import { type Migration, readMigrations } from './migrations-folder.ts'
import { openSession, type Session } from './session.ts'
import { findShape } from './shape.ts'
import { isConnectionFault } from './unavailable.ts'

export interface MigrateOptions {
  migrations?: Migration[]
  onApplied?: (migration: Migration) => void
  /** How long to wait for another migrator, and for a busy table, before giving up. */
  waitMs?: number
}

// A foreign key takes two tables' locks, so what queues behind a migrator waits at most 4 s.
const lockTimeout = '2s'

/** Brings the database up to the newest migration; any number may be started at once. */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<Migration[]> {
  const { migrations = readMigrations(), onApplied, waitMs = 60_000 } = options
  return asMigrator(url, waitMs, async (session) => {
    const { pending } = await readHistory(session, migrations)
    for (const migration of pending) {
      await apply(session, migration, waitMs)
      onApplied?.(migration)
    }
    return pending
  })
}

/** Looks, and changes nothing. */
export async function inspectHistory(url: string): Promise<History> {
  const session = openSession(url, 'cruddur-status')
  try {
    return await readHistory(session)
  } finally {
    await session.close()
  }
}

/** One migrator at a time, which gives way on a busy table. */
export async function asMigrator<T>(
  url: string,
  waitMs: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = openSession(url, 'cruddur-migrate')
  try {
    // Whatever the role or the database has as its own.
    await session.query(
      `set lock_timeout = '${lockTimeout}'; set statement_timeout = 0; set search_path = public`,
    )
    await takeMigratorLock(session, waitMs)
    return await work(session)
  } finally {
    await session.close()
  }
}

/** What was applied and what is to do; refuses a database that is not ours to change. */
export async function readHistory(
  session: Session,
  migrations = readMigrations(),
): Promise<History> {
  const shape = await findShape(session, migrations)
  if (shape === 'bootcamp') {
    throw new MigrationError(
      'This database has the tables of the bootcamp’s own back end. Nothing was changed: `pnpm db adopt` takes it over without losing a row.',
    )
  }
  if (shape === 'foreign') {
    throw new MigrationError(
      'This database holds what is not Cruddur’s. Nothing was changed: name an empty database, or make one with `pnpm db create`.',
    )
  }
  return compare(migrations, await listApplied(session))
}

async function apply(session: Session, migration: Migration, waitMs: number) {
  const { transactional, statements } = migration
  try {
    if (transactional) {
      await withTableLocks(waitMs, () =>
        session.transaction(async () => {
          for (const statement of statements) await session.query(statement)
          await record(session, migration)
        }),
      )
      return
    }
    for (const statement of statements) {
      await withTableLocks(waitMs, () => runAlone(session, statement))
    }
    await session.transaction(() => record(session, migration))
  } catch (error) {
    throw new MigrationError(failureOf(migration, error), { cause: error })
  }
}

/** An index made concurrently waits for old transactions, and nobody waits behind it. */
async function runAlone(session: Session, statement: string) {
  const patient = /\bindex\s+concurrently\b/i.test(statement)
  if (patient) await session.query('set lock_timeout = 0')
  await session.query(statement)
  if (patient) await session.query(`set lock_timeout = '${lockTimeout}'`)
}

function failureOf({ tag, transactional }: Migration, error: unknown): string {
  const left = !transactional
    ? 'Its statements before that are in place'
    : isConnectionFault(error)
      ? 'It was applied whole or not at all'
      : 'Nothing of it was applied'
  const next = isLockFailure(error)
    ? 'Another session keeps the table busy: look for a long transaction in pg_stat_activity'
    : 'Mend the cause'
  return `Migration ${tag} failed: ${causeWith(error, 'message')}. ${left}; the migrations before it are in place. ${next}, then run this again.`
}
