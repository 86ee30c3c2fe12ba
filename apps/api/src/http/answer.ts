import type { Context } from 'hono'
import type { ApiEnv } from './context.ts'
import { secureHeaders } from './secure-headers.ts'

/**
 * The headers of the answer under way, to which whoever knows one adds it. A plain record, for
 * undici’s Headers cost a third more (docs/performance.md).
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
 * Begins the headers that every answer has. Nothing is kept unless whoever sends it says otherwise:
 * no error, no answer to a write.
 */
export function beginAnswer(c: Context<ApiEnv>) {
  const asked = c.req.header('x-request-id')
  const id = asked !== undefined && idPattern.test(asked) ? asked : crypto.randomUUID()
  c.set('requestId', id)
  c.set('headers', { 'X-Request-Id': id, ...secureHeaders, 'Cache-Control': 'no-store' })
}

/** Gives the headers to what Hono answered by itself. */
export function completeAnswer(c: Context<ApiEnv>) {
  if (c.res === c.get('answered')) return
  const { headers } = c.res
  for (const [name, value] of Object.entries(headersOf(c))) {
    if (!headers.has(name)) headers.set(name, value)
  }
}
