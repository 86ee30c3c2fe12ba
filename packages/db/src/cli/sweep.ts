import { releaseExpired } from '../adopt/hold-expired.ts'
import { connect } from '../client.ts'
import { findIam } from '../session.ts'
import { sweep } from '../sweep.ts'
import { defineCommand } from './command.ts'

export const sweepCommand = defineCommand({
  summary: 'delete the cruds that have expired, and what else is over',
  flags: {
    adopted: { type: 'boolean', help: 'also what had expired before the database was adopted' },
  },
  examples: ['pnpm db sweep prod'],
  async run({ target, flags, print }) {
    const { db, close } = connect(target.directUrl, {
      applicationName: 'cruddur-sweep',
      poolSize: 1,
      iam: findIam(target.directUrl),
      deadlineMs: 30_000,
    })
    try {
      if (flags.adopted) await releaseExpired(db)
      const { activities, keys, posts, departures } = await sweep(db, { onBatch: showCount() })
      print(
        `Swept ${activities} expired cruds and replies, ${keys} idempotency keys, ${posts} recent posts and ${departures} departures.`,
      )
    } finally {
      await close()
    }
  },
})

/** A running count on a terminal; the end is not known beforehand. */
function showCount(): (soFar: { activities: number }) => void {
  if (!process.stderr.isTTY) return () => {}
  return ({ activities }) => process.stderr.write(`\r${activities} deleted\r`)
}
