import { type Migration, readMigrations } from './migrations-folder.ts'
import type { Session } from './session.ts'

export class MigrationError extends Error {
  override name = 'MigrationError'
}

interface AppliedMigration {
  hash: string
  createdAt: number
  appliedAt: Date
}

export interface History {
  applied: { migration: Migration; appliedAt: Date }[]
  pending: Migration[]
}

/** What the database says was applied to it, in the order of the files. */
export async function listApplied(session: Session): Promise<AppliedMigration[]> {
  if (!(await hasJournal(session))) return []
  const rows = await session.query<{ hash: string; created_at: string; applied_at: string }>(
    `select hash, created_at, to_json(applied_at)#>>'{}' as applied_at
     from drizzle.__drizzle_migrations order by created_at`,
  )
  return rows.map((row) => ({
    hash: row.hash,
    createdAt: Number(row.created_at),
    appliedAt: new Date(row.applied_at),
  }))
}

/** Called inside the migration's own transaction: a journal without an entry would claim the database. */
export async function record(session: Session, { hash, createdAt }: Migration) {
  if (!(await hasJournal(session))) {
    await session.query('create schema if not exists drizzle')
    await session.query(`create table drizzle.__drizzle_migrations (
      id serial primary key,
      hash text not null,
      created_at bigint not null unique,
      applied_at timestamptz(3) not null default clock_timestamp())`)
  }
  await session.query(
    'insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)',
    [hash, createdAt],
  )
}

export async function forget(session: Session, { createdAt }: Migration) {
  await session.query('delete from drizzle.__drizzle_migrations where created_at = $1', [createdAt])
}

async function hasJournal(session: Session): Promise<boolean> {
  const [found] = await session.query<{ journal: boolean }>(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as journal`,
  )
  return found?.journal === true
}

/** Takes the migrations for applied, where their tables were made in another way. */
export async function baseline(session: Session, migrations = readMigrations()) {
  for (const migration of migrations) await record(session, migration)
}

/** What is done and what is to do, or a refusal: a history that is not ours is never built upon. */
export function compare(migrations: Migration[], recorded: AppliedMigration[]): History {
  const applied = recorded.map(({ createdAt, hash, appliedAt }, index) => {
    const migration = migrations.find((each) => each.createdAt === createdAt)
    if (!migration) {
      throw new MigrationError(
        `The database has a migration that this version does not know (generated ${new Date(createdAt).toISOString()}). It was migrated by a newer version: deploy that one.`,
      )
    }
    if (migration !== migrations[index]) {
      throw new MigrationError(
        `Migration ${migrations[index]?.tag} comes before ${migration.tag}, which is already applied. Generate it again, so that it comes last.`,
      )
    }
    if (migration.hash !== hash) {
      throw new MigrationError(
        `Migration ${migration.tag} was changed after it was applied. Restore its file and write the change as a new migration.`,
      )
    }
    return { migration, appliedAt }
  })
  return { applied, pending: migrations.slice(applied.length) }
}
