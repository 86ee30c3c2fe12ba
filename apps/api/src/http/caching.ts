import type { Context, MiddlewareHandler } from 'hono'
import type { ApiEnv } from './context.ts'
import { isNamedBy, tagOf } from './etag.ts'

/** Whose caches may keep an answer: anybody’s, or only the reader’s own. */
export type Audience = 'public' | 'private'

/** Nothing is kept unless whoever sends it says otherwise: no error, no answer to a write. */
export const keepNothing: MiddlewareHandler<ApiEnv> = async (c, next) => {
  c.header('Cache-Control', 'no-store')
  await next()
}

interface Sent {
  type: string
  audience: Audience
}

/**
 * Answers a GET or HEAD with its tag, or 304 where the caller has that very text. It may be kept,
 * and is asked for anew each time: a crud expires to the second, and a rename shows at once.
 */
export async function sendTagged(c: Context, text: string, { type, audience }: Sent) {
  const tag = await tagOf(text)
  c.header('ETag', tag)
  c.header('Cache-Control', `${audience}, no-cache`)
  if (audience === 'private') c.header('Vary', 'Authorization', { append: true })
  if (isNamedBy(c.req.header('if-none-match'), tag)) return c.body(null, 304)
  // A server counts the body that it sends; HEAD has none.
  if (c.req.method === 'HEAD') {
    c.header('Content-Length', String(new TextEncoder().encode(text).byteLength))
  }
  return c.body(text, 200, { 'Content-Type': type })
}
