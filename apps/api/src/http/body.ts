import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { matchedRoutes } from 'hono/route'
import type { ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'

const withBody = new Set(['POST', 'PUT'])

/** A body is JSON, or it is refused before it is read, wherever there is a route that reads it. */
export const requireJson: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const { method } = c.req
  if (withBody.has(method) && matchedRoutes(c).some((route) => route.method === method)) {
    const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
    if (type !== 'application/json') throw new ApiError('content_type_unsupported')
  }
  await next()
}

const limit = bodyLimit({
  maxSize: 64 * 1024,
  onError: () => {
    throw new ApiError('body_too_large')
  },
})

/** Whether a GET has a body is not asked: on Node the question alone costs a seventh of a feed. */
export const limitBody: MiddlewareHandler<ApiEnv> = (c, next) =>
  c.req.method === 'GET' || c.req.method === 'HEAD' ? next() : limit(c, next)
