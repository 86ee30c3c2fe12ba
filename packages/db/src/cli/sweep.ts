import { connect } from '../client.ts'
import { sweep } from '../sweep.ts'
import type { Command } from './command.ts'

export const sweepCommand: Command = {
  summary: 'delete the cruds that have expired, and what else is over',
  flags: [],
  example: 'pnpm db sweep prod',
  async run({ target, print }) {
    const { db, close } = connect(target.directUrl, {
      applicationName: 'cruddur-sweep',
      poolSize: 1,
      deadlineMs: 30_000,
    })
    try {
      const { activities, keys, posts } = await sweep(db, { onBatch: showCount() })
      print(
        `Swept ${activities} expired cruds and replies, ${keys} idempotency keys and ${posts} recent posts.`,
      )
    } finally {
      await close()
    }
  },
}

/** A running count on a terminal; the end is not known beforehand. */
function showCount(): (soFar: { activities: number }) => void {
  if (!process.stderr.isTTY) return () => {}
  return ({ activities }) => process.stderr.write(`\r${activities} deleted\r`)
}
