import {
  type Db,
  deleteOldAnswer,
  findAnswer,
  type JsonText,
  type RepeatableRequest,
  refusedBy,
} from '@cruddur/db'
import type { Context } from 'hono'
import { ApiError } from './errors.ts'

/** For the document alone: any text is a key, so there is nothing to check. */
export const repeatableParameters = [
  {
    in: 'header' as const,
    name: 'idempotency-key',
    required: false,
    // Without an example, which the page of /docs would send with everything.
    schema: { type: 'string' as const },
    description:
      'Makes the request safe to repeat for a day: the same answer again. Any text, such as a UUID',
  },
]

/** The request’s Idempotency-Key with a digest of all that it asks for; undefined without a key. */
export async function readRepeatable(c: Context): Promise<RepeatableRequest | undefined> {
  const key = c.req.header('idempotency-key')
  if (!key) return undefined
  return {
    key: await digestOf(key),
    digest: await digestOf([c.req.method, c.req.path, await c.req.text()].join('\n')),
  }
}

/**
 * Runs a write that keeps its answer under the request’s key. A key that was used before answers
 * what it answered then; for another request it is refused.
 */
export async function onceForKey<T>(
  db: Db,
  { sub, request }: { sub: string; request: RepeatableRequest | undefined },
  write: () => Promise<JsonText<T> | undefined>,
): Promise<JsonText<T> | undefined> {
  try {
    return await write()
  } catch (error) {
    if (!request || refusedBy(error) !== 'idempotency_keys_pkey') throw error
    const answer = await findAnswer(db, { sub, key: request.key })
    if (answer && answer.digest !== request.digest) throw new ApiError('idempotency_key_reused')
    if (answer?.isGone) throw new ApiError('activity_not_found')
    if (answer) return answer.text
    await deleteOldAnswer(db, { sub, key: request.key })
    // Of several who free it at once one writes, and the others find its answer.
    return onceForKey(db, { sub, request }, write)
  }
}

async function digestOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
