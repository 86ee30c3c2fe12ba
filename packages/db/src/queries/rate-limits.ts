import { eq, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import { rateLimits } from '../schema/index.ts'

/** A bucket holds this many tokens and fills from empty within the window. */
export interface Bucket {
  tokens: number
  windowMs: number
}

export interface TokenTaken {
  /** False where the bucket was empty; nothing was taken then. */
  isTaken: boolean
  /** When all its tokens are there again. */
  fullInMs: number
}

/** Takes a token from the key’s bucket, which every process shares. */
export async function takeToken(
  db: Db,
  key: string,
  { tokens, windowMs }: Bucket,
): Promise<TokenTaken> {
  const stepMs = windowMs / tokens
  const step = sql`${stepMs}::float8 * interval '1 ms'`
  const wait = sql`extract(epoch from full_at - now())::float8 * 1000 as "fullInMs"`
  // Half a step is for what rounding adds.
  const [row] = await db.execute<TokenTaken & Record<string, unknown>>(
    sql`with taken as (
        insert into ${rateLimits} (key, full_at) values (${key}, now() + ${step})
        on conflict on constraint rate_limits_pkey
        do update set full_at = greatest(rate_limits.full_at, now()) + ${step}
        where rate_limits.full_at <= now() + ${windowMs - stepMs / 2}::float8 * interval '1 ms'
        returning full_at)
      select true as "isTaken", ${wait} from taken
      union all
      select false, ${wait} from ${rateLimits}
      where ${eq(rateLimits.key, key)} and not exists (select from taken)`,
  )
  // Without a row, another process has filled the bucket’s last place since the snapshot.
  return row ?? { isTaken: false, fullInMs: windowMs }
}
