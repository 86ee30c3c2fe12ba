import { causeWith } from './cause.ts'
import { type Migration, readMigrations } from './migrations-folder.ts'
import { openSession, type Session } from './session.ts'
import { findShape } from './shape.ts'

export interface MigrateOptions {
  migrations?: Migration[]
  onApplied?: (migration: Migration) => void
  /** How long to wait for another migrator before giving up. */
  waitMs?: number
}

export class MigrationError extends Error {
  override name = 'MigrationError'
}

// Any number does, as long as every migrator uses the same one.
const lockKey = 7_305_884_107

interface AppliedMigration {
  hash: string
  createdAt: number
}

/** Brings the database up to the newest migration; any number may be started at once. */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<Migration[]> {
  const { migrations = readMigrations(), onApplied, waitMs = 60_000 } = options
  const session = openSession(url, 'cruddur-migrate')
  try {
    await takeLock(session, waitMs)
    await refuseBootcamp(session)
    await session.query('create schema if not exists drizzle')
    await session.query(`create table if not exists drizzle.__drizzle_migrations (
      id serial primary key, hash text not null, created_at bigint)`)
    const pending = findPending(migrations, await listApplied(session))
    for (const migration of pending) {
      await apply(session, migration)
      onApplied?.(migration)
    }
    return pending
  } finally {
    await session.close()
  }
}

async function refuseBootcamp(session: Session) {
  if ((await findShape(session)) !== 'bootcamp') return
  throw new MigrationError(
    'This database has the tables of the bootcamp’s own back end. Nothing was changed: `pnpm db adopt` takes it over without losing a row.',
  )
}

/** Polled, not waited for: CREATE INDEX CONCURRENTLY would wait for a blocked waiter, and it for us. */
async function takeLock(session: Session, waitMs: number) {
  const deadline = Date.now() + waitMs
  for (;;) {
    const [row] = await session.query<{ taken: boolean }>(
      'select pg_try_advisory_lock($1) as taken',
      [lockKey],
    )
    if (row?.taken) return
    if (Date.now() > deadline) {
      throw new MigrationError(
        `Another migration has held the lock for ${waitMs / 1000} s. Look for application cruddur-migrate in pg_stat_activity, then run this again.`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 100))
  }
}

async function listApplied(session: Session): Promise<AppliedMigration[]> {
  const rows = await session.query<{ hash: string; created_at: string }>(
    'select hash, created_at from drizzle.__drizzle_migrations order by created_at',
  )
  return rows.map((row) => ({ hash: row.hash, createdAt: Number(row.created_at) }))
}

/** What is still to do, or a refusal: a history that is not ours is never built upon. */
function findPending(migrations: Migration[], applied: AppliedMigration[]): Migration[] {
  for (const [index, each] of applied.entries()) {
    const migration = migrations[index]
    const known = migrations.find(({ createdAt }) => createdAt === each.createdAt)
    if (!known) {
      throw new MigrationError(
        `The database has a migration that this version does not know (applied as ${each.createdAt}). It was migrated by a newer version: deploy that one.`,
      )
    }
    if (known !== migration) {
      throw new MigrationError(
        `Migration ${migration?.tag} comes before ${known.tag}, which is already applied. Generate it again, so that it comes last.`,
      )
    }
    if (known.hash !== each.hash) {
      throw new MigrationError(
        `Migration ${known.tag} was changed after it was applied. Restore its file and write the change as a new migration.`,
      )
    }
  }
  return migrations.slice(applied.length)
}

async function apply(session: Session, migration: Migration) {
  const work = async () => {
    for (const statement of migration.statements) await session.query(statement)
    await session.query(
      'insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)',
      [migration.hash, migration.createdAt],
    )
  }
  try {
    await (migration.transactional ? session.transaction(work) : work())
  } catch (error) {
    const left = migration.transactional ? 'Nothing of it was applied' : 'It may be half applied'
    throw new MigrationError(
      `Migration ${migration.tag} failed: ${causeWith(error, 'message')}. ${left}; the ones before it are in place.`,
      { cause: error },
    )
  }
}
