import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { ApiEnv } from './context.ts'

/** One line a request: the route's pattern, never the path, which may name a person. */
export const requestLog: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const start = performance.now()
  await next()
  c.var.deps.log.info('request', {
    id: c.var.requestId,
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    ms: Math.round((performance.now() - start) * 10) / 10,
  })
}
