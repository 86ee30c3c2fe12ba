import type { Context } from 'hono'
import type { ApiEnv } from './context.ts'
import type { MaybePromise } from './maybe-promise.ts'
import { secureHeaders } from './secure-headers.ts'

export type Answer = MaybePromise<Response>

/**
 * The headers of the answer under way, to which whoever knows one adds it. A plain record, for
 * undici’s Headers cost a third more (docs/performance.md).
 */
export type AnswerHeaders = Record<string, string>

export const headersOf = (c: Context): AnswerHeaders => c.get('headers')

type Body = Uint8Array<ArrayBuffer> | null

/** An answer that has those headers and no other, with its parts for a server that can write them. */
export interface Ready extends Response {
  readonly ready: { status: number; headers: AnswerHeaders; body: Body }
}

export const isReady = (response: Response): response is Ready => 'ready' in response

export function answer(c: Context, body: Body, status = 200): Ready {
  const headers = headersOf(c)
  if (body) headers['Content-Length'] = String(body.byteLength)
  const response = new Response(body, { status, headers })
  return Object.assign(response, { ready: { status, headers, body } })
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
export function completeAnswer(c: Context<ApiEnv>, response: Response): Response {
  if (isReady(response)) return response
  const { headers } = response
  for (const [name, value] of Object.entries(headersOf(c))) {
    if (!headers.has(name)) headers.set(name, value)
  }
  return response
}
