import type { Context, MiddlewareHandler } from 'hono'
import type { ApiEnv } from './context.ts'
import { secureHeaders } from './secure-headers.ts'

/**
 * The headers of the answer under way, to which whoever knows one adds it. A plain record: on Node
 * undici’s Headers cost a kept answer more than all else (docs/performance.md).
 */
export type AnswerHeaders = Record<string, string>

export const headersOf = (c: Context): AnswerHeaders => c.get('headers')

/** Answers with those headers and no other. */
export function answer(
  c: Context,
  body: string | Uint8Array<ArrayBuffer> | null,
  status = 200,
): Response {
  const response = new Response(body, { status, headers: headersOf(c) })
  c.set('answered', response)
  return response
}

// What a caller may name its request, to find it in the log.
const idPattern = /^[\w\-=]{1,255}$/

/**
 * Begins the headers that every answer has, and completes what was not answered with them. Nothing
 * is kept unless whoever sends it says otherwise: no error, no answer to a write.
 */
export const beginAnswer: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const asked = c.req.header('x-request-id')
  const id = asked !== undefined && idPattern.test(asked) ? asked : crypto.randomUUID()
  const headers = { 'X-Request-Id': id, ...secureHeaders, 'Cache-Control': 'no-store' }
  c.set('requestId', id)
  c.set('headers', headers)
  await next()
  if (c.res !== c.get('answered')) complete(c.res, headers)
}

function complete(response: Response, headers: AnswerHeaders) {
  for (const [name, value] of Object.entries(headers)) {
    if (!response.headers.has(name)) response.headers.set(name, value)
  }
}
