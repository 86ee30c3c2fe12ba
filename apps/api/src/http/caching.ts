import type { Context } from 'hono'
import { type Answer, answer } from './answer.ts'
import { headersOf } from './answer-headers.ts'
import type { ApiEnv } from './context.ts'
import { isNamedBy, tagOf } from './etag.ts'
import { andThen } from './maybe-promise.ts'

/** Whose caches may keep an answer: anybody’s, or only the reader’s own. */
export type Audience = 'public' | 'private'

type Bytes = Uint8Array<ArrayBuffer>

interface Sent {
  type: string
  audience: Audience
  /** Of a body that is sent more than once. */
  tag?: string | undefined
}

/** What was read before a write is answered to nobody after it. */
export function dropAfterWrite(c: Context<ApiEnv>, status: number) {
  // Who is refused has written nothing; of an error nobody knows.
  if (status < 300 || status >= 500) c.get('deps').homePages.drop()
}

/**
 * Answers a GET or HEAD with its tag, or 304 where the caller has that very text. It may be kept,
 * and is asked for anew each time: a crud expires to the second, and a rename shows at once.
 */
export const sendTagged = (c: Context, body: Bytes, sent: Sent): Answer =>
  andThen(sent.tag ?? tagOf(body), (tag) => sendNamed(c, body, sent, tag))

function sendNamed(c: Context, body: Bytes, { type, audience }: Sent, tag: string) {
  const headers = headersOf(c)
  headers.add('ETag', tag)
  headers.cacheControl = `${audience}, no-cache`
  if (audience === 'private') headers.vary = 'Origin, Authorization'
  if (isNamedBy(c.req.header('if-none-match'), tag)) return answer(c, null, 304)
  headers.add('Content-Type', type)
  return answer(c, body)
}
