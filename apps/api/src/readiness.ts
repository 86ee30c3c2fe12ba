import { type Db, isMigrated } from '@cruddur/db'
import { codeOfFailure, type Log } from './log.ts'

export type Readiness = 'ready' | 'database_unavailable' | 'migrations_pending'

const rememberedMs = 1_000

/**
 * Whether the database answers and has the migrations that this version knows, looked up once a
 * second at most, however many ask. Not for Workers, where no request may await what another has
 * begun.
 */
export function createReadiness({ db, log }: { db: Db; log: Log }): () => Promise<Readiness> {
  async function look(): Promise<Readiness> {
    try {
      return (await isMigrated(db)) ? 'ready' : 'migrations_pending'
    } catch (error) {
      log.error('not_ready', { code: codeOfFailure(error) })
      return 'database_unavailable'
    }
  }
  let looking: Promise<Readiness> | undefined
  let lookedAt = 0
  return () => {
    if (looking && Date.now() - lookedAt < rememberedMs) return looking
    lookedAt = Date.now()
    looking = look()
    return looking
  }
}
