import type { Context } from 'hono'
import { routePath } from 'hono/route'
import type { ApiEnv } from './context.ts'

/** The trace that a caller says the request belongs to, as W3C Trace Context writes it. */
const traceparent =
  /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-|$)/

// A method may be any word that a client makes up, and each would be a series of the metrics.
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** What the log and the metrics call a path that no route has. */
const nowhere = '/*'

/** One line a request: the route’s pattern, never the path, which may name a person. */
export function logRequest(c: Context<ApiEnv>, status: number, start: number) {
  const ms = Math.round((performance.now() - start) * 10) / 10
  const { log, metrics } = c.get('deps')
  const [id, person] = [c.get('requestId'), c.get('person')]
  const method = methods.has(c.req.method) ? c.req.method : 'other'
  const route = routePath(c, -1) || nowhere
  const [, trace] = traceparent.exec(c.req.header('traceparent') ?? '') ?? []
  log.info('request', { id, method, route, status, ms, person, trace })
  metrics.countRequest({ method, route, status, ms })
}
