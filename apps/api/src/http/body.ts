import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { matchedRoutes } from 'hono/route'
import type { Answer } from './answer.ts'
import { type ApiEnv, noNext } from './context.ts'
import { ApiError } from './errors.ts'
import { andThen, type MaybePromise, orElse } from './maybe-promise.ts'

const withBody = new Set(['POST', 'PUT'])

const utf8 = new TextDecoder('utf-8', { fatal: true })

const mostBytes = 64 * 1024

const refuse = (): never => {
  throw new ApiError('body_too_large')
}

/** Counts a body that does not say its length. */
const countBytes = bodyLimit({ maxSize: mostBytes, onError: refuse })

/**
 * Believes a length that is said, which every runtime holds the body to: on Node the question
 * whether there is a body costs a tenth of a post.
 */
function limit(c: Context): MaybePromise<unknown> {
  const length = c.req.header('content-length')
  if (length === undefined || c.req.header('transfer-encoding') !== undefined) {
    return countBytes(c, noNext)
  }
  if (Number(length) > mostBytes) refuse()
}

/** Who sends it has gone away: no fault of ours, and nothing to be logged as one. */
function blameSender(error: unknown): never {
  throw error instanceof ApiError ? error : new ApiError('body_malformed')
}

/**
 * A body is JSON and no longer than that, or it is refused before it is read, wherever there is a
 * route; and what is read is UTF-8, where Hono would store other bytes as U+FFFD.
 */
export function checkBody(c: Context<ApiEnv>, next: () => Answer): Answer {
  const { method } = c.req
  if (!matchedRoutes(c).some((route) => route.method === method)) return next()
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (withBody.has(method) && type !== 'application/json') {
    throw new ApiError('content_type_unsupported')
  }
  c.req.json = async () => JSON.parse(utf8.decode(await c.req.arrayBuffer()))
  return andThen(
    orElse(() => limit(c), blameSender),
    next,
  )
}
