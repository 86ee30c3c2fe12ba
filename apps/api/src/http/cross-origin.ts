import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './context.ts'

const methods = 'GET,HEAD,POST,PUT,DELETE,OPTIONS'
const requestHeaders = 'authorization,content-type,idempotency-key,if-none-match,traceparent'
const exposed = 'link,etag,retry-after,ratelimit,ratelimit-policy,x-request-id'

/**
 * CORS for pages of these origins. Every header is set before the answer is made: Hono’s own
 * touches the answer, which on Node turns its text into a stream
 * (docs/decisions/0012-http-caching.md).
 */
export const crossOrigin = (origins: string[]): MiddlewareHandler<ApiEnv> => {
  const allowed = new Set(origins)
  return async (c, next) => {
    const origin = c.req.header('origin')
    if (origin !== undefined && allowed.has(origin)) {
      c.header('Access-Control-Allow-Origin', origin)
    }
    c.header('Access-Control-Expose-Headers', exposed)
    c.header('Vary', 'Origin')
    if (c.req.method !== 'OPTIONS') return next()
    c.header('Access-Control-Max-Age', '600')
    c.header('Access-Control-Allow-Methods', methods)
    c.header('Access-Control-Allow-Headers', requestHeaders)
    return c.body(null, 204)
  }
}
