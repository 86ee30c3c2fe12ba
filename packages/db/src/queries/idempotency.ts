import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import type { Later } from '../prepare.ts'
import { activities, idempotencyKeys, users } from '../schema/index.ts'
import { isLive } from './activities-fields.ts'

/** A request that is safe to repeat: its Idempotency-Key, and a digest of what it asked for. */
export interface RepeatableRequest {
  key: string
  digest: string
}

/**
 * The CTE that keeps a statement’s answer under the viewer’s key. It reads `viewer(uuid)` and
 * `answer(text, activity_uuid)`; a key that is taken refuses the whole statement by
 * `idempotency_keys_pkey`, whose winner `findAnswer` reads.
 */
export const rememberAnswer = (
  request: { [K in keyof RepeatableRequest]: Later<string> } | undefined,
): SQL =>
  request
    ? sql`, remembered as (
        insert into ${idempotencyKeys} (user_uuid, key, request_digest, answer, activity_uuid)
        select viewer.uuid, ${request.key}, ${request.digest}, answer.text, answer.activity_uuid
        from viewer, answer)`
    : sql``

export interface RememberedAnswer {
  digest: string
  text: string
  /** The crud that was posted has expired or was deleted since. */
  isGone: boolean
}

/** What the person’s key was answered in the last day. */
export async function findAnswer(
  db: Db,
  { sub, key }: { sub: string; key: string },
): Promise<RememberedAnswer | undefined> {
  const [row] = await db
    .select({
      digest: idempotencyKeys.requestDigest,
      text: idempotencyKeys.answer,
      isGone: sql<boolean>`${idempotencyKeys.activityUuid} is not null and not exists (
        select from ${activities}
        where ${eq(activities.uuid, idempotencyKeys.activityUuid)} and ${isLive()})`,
    })
    .from(idempotencyKeys)
    .innerJoin(users, eq(users.uuid, idempotencyKeys.userUuid))
    .where(
      and(
        eq(users.cognitoUserId, sub),
        eq(idempotencyKeys.key, key),
        gt(idempotencyKeys.createdAt, sql`now() - interval '24 hours'`),
      ),
    )
  return row
}

/** Frees a key whose day is over, before the sweeper comes. */
export async function deleteOldAnswer(db: Db, { sub, key }: { sub: string; key: string }) {
  await db.execute(sql`delete from ${idempotencyKeys} using ${users}
    where ${users.uuid} = ${idempotencyKeys.userUuid} and ${users.cognitoUserId} = ${sub}
      and ${idempotencyKeys.key} = ${key}
      and ${idempotencyKeys.createdAt} <= now() - interval '24 hours'`)
}
