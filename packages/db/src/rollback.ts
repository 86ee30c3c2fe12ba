import { causeWith } from './cause.ts'
import { forget, MigrationError } from './journal.ts'
import { asMigrator, readHistory } from './migrate.ts'
import { withTableLocks } from './migration-lock.ts'
import { type Migration, readMigrations } from './migrations-folder.ts'
import type { Session } from './session.ts'

export interface RollbackOptions {
  migrations?: Migration[]
  onUndone?: (migration: Migration) => void
  /** The tag, or its number, of the migration that is to be the last one. */
  to?: string | undefined
  waitMs?: number
}

/** Undoes the newest migration, or all after the named one, each in a transaction of its own. */
export async function rollback(url: string, options: RollbackOptions = {}): Promise<Migration[]> {
  const { migrations = readMigrations(), onUndone, to, waitMs = 60_000 } = options
  return asMigrator(url, waitMs, async (session) => {
    const { applied } = await readHistory(session, migrations)
    const undone = listUndone(
      applied.map(({ migration }) => migration),
      to,
    )
    for (const migration of undone) {
      await undo(session, migration, waitMs)
      onUndone?.(migration)
    }
    return undone
  })
}

function listUndone(applied: Migration[], to: string | undefined): Migration[] {
  const last =
    to === undefined
      ? applied.length - 2
      : applied.findIndex(({ tag }) => tag === to || tag.startsWith(`${to}_`))
  if (to !== undefined && last === -1) {
    throw new MigrationError(
      `Nothing was undone: no migration ${to} is applied. \`pnpm db status\` lists those that are.`,
    )
  }
  const undone = applied.slice(last + 1).reverse()
  const stuck = undone.find(({ down }) => down.length === 0)
  if (stuck) {
    throw new MigrationError(
      `Nothing was undone: ${stuck.tag} has no down file. Write migrations/down/${stuck.tag}.sql.`,
    )
  }
  return undone
}

async function undo(session: Session, migration: Migration, waitMs: number) {
  try {
    await withTableLocks(waitMs, () =>
      session.transaction(async () => {
        for (const statement of migration.down) await session.query(statement)
        await forget(session, migration)
      }),
    )
  } catch (error) {
    throw new MigrationError(
      `Undoing ${migration.tag} failed: ${causeWith(error, 'message')}. It is still applied; those after it are undone.`,
      { cause: error },
    )
  }
}
