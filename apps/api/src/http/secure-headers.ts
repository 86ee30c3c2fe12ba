import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './context.ts'

/**
 * What a browser is to do with an answer: take it for what it says it is, show it in no page, tell
 * nobody where it came from, and come back by https alone. Pages of other origins read it; which
 * ones, CORS says. The page of /docs has a policy of its own.
 */
export const secureHeaders: MiddlewareHandler<ApiEnv> = (c, next) => {
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  c.header('Referrer-Policy', 'no-referrer')
  c.header('Cross-Origin-Resource-Policy', 'cross-origin')
  c.header('Strict-Transport-Security', 'max-age=31536000')
  return next()
}
