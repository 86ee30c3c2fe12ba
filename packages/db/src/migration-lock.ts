import { causeWith } from './cause.ts'
import { MigrationError } from './journal.ts'
import type { Session } from './session.ts'

// Any number does, as long as every migrator uses the same one.
const lockKey = 7_305_884_107

/** Polled, not waited for: CREATE INDEX CONCURRENTLY would wait for a blocked waiter, and it for us. */
export async function takeMigratorLock(session: Session, waitMs: number) {
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
    await pause(50)
  }
}

/**
 * Asks for a table's lock briefly and again, because who waits for one makes every later
 * statement on that table wait behind it.
 */
export async function withTableLocks(waitMs: number, work: () => Promise<void>) {
  const deadline = Date.now() + waitMs
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 5000)) {
    try {
      return await work()
    } catch (error) {
      if (!isLockFailure(error) || Date.now() + pauseMs > deadline) throw error
    }
    await pause(pauseMs)
  }
}

/** lock_not_available or deadlock_detected. */
export const isLockFailure = (error: unknown) =>
  ['55P03', '40P01'].includes(causeWith(error, 'code') ?? '')

const pause = (ms: number) =>
  new Promise((resolve) => setTimeout(resolve, ms * (1 + Math.random())))
