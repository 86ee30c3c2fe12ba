import type { Db } from './client.ts'
import { type SweptBatch, sweepBatch } from './queries/sweep.ts'

export type Swept = Omit<SweptBatch, 'mayHaveMore'>

interface SweepOptions {
  /** Ends the sweep after the batch that is under way. */
  signal?: AbortSignal
  onBatch?: (soFar: Swept) => void
}

/** Deletes all that is over, batch by batch. */
export async function sweep(db: Db, { signal, onBatch }: SweepOptions = {}): Promise<Swept> {
  const swept = { activities: 0, keys: 0, posts: 0, departures: 0 }
  let mayHaveMore = true
  while (mayHaveMore && !signal?.aborted) {
    const batch = await sweepBatch(db)
    swept.activities += batch.activities
    swept.keys += batch.keys
    swept.posts += batch.posts
    swept.departures += batch.departures
    mayHaveMore = batch.mayHaveMore
    onBatch?.(swept)
  }
  return swept
}
