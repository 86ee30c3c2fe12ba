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

/** A text with its tag and its bytes, for one that is sent more than once. */
export interface Ready {
  tag: string
  bytes: Uint8Array<ArrayBuffer>
}

export const readyOf = async (text: string): Promise<Ready> => ({
  tag: await tagOf(text),
  bytes: new TextEncoder().encode(text),
})

interface Sent {
  type: string
  audience: Audience
  ready?: Ready | undefined
}

/** What was read before a write is answered to nobody after it. */
export const dropAfterWrite: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next()
  const { method } = c.req
  const isRead = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
  // Who is refused has written nothing; of an error nobody knows.
  if (!isRead && (c.res.ok || c.res.status >= 500)) c.var.deps.homePages.drop()
}

/**
 * Answers a GET or HEAD with its tag, or 304 where the caller has that very text. It may be kept,
 * and is asked for anew each time: a crud expires to the second, and a rename shows at once.
 */
export async function sendTagged(c: Context, text: string, { type, audience, ready }: Sent) {
  const tag = ready?.tag ?? (await tagOf(text))
  c.header('ETag', tag)
  c.header('Cache-Control', `${audience}, no-cache`)
  if (audience === 'private') c.header('Vary', 'Authorization', { append: true })
  if (isNamedBy(c.req.header('if-none-match'), tag)) return c.body(null, 304)
  // A server counts the body that it sends; HEAD has none.
  if (c.req.method === 'HEAD') {
    c.header('Content-Length', String(new TextEncoder().encode(text).byteLength))
  }
  return c.body(ready?.bytes ?? text, 200, { 'Content-Type': type })
}
