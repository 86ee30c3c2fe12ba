import type { Context } from 'hono'
import { AnswerHeaders, headersOf, type Pair } from './answer-headers.ts'
import type { ApiEnv } from './context.ts'
import { type ErrorCode, statusOfCode } from './errors.ts'
import type { MaybePromise } from './maybe-promise.ts'

type Bytes = Uint8Array<ArrayBuffer>

/**
 * What is to be sent, for a server that can write it as it is; `toResponse` is for the others. For
 * HEAD, Hono makes a Response of its status and headers by itself.
 */
export interface Ready {
  readonly status: number
  readonly headers: readonly Pair[]
  readonly body: Bytes | null
}

/** Hono’s own answers are Responses. */
export type Answer = MaybePromise<Ready | Response>

export const isReady = (answer: Ready | Response): answer is Ready => !(answer instanceof Response)

export function toResponse(answer: Ready | Response): Response {
  if (!isReady(answer)) return answer
  const { status, headers, body } = answer
  // None is there twice, and Node’s adapter takes a record apart much faster than pairs.
  return new Response(body, { status, headers: Object.fromEntries(headers) })
}

/** Answers with those headers, and those that all have. */
export const answer = (c: Context, body: Bytes | null, status = 200): Ready => ({
  status,
  headers: headersOf(c).list(body),
  body,
})

const encoder = new TextEncoder()

/** Refuses a request; the status is the first code’s. */
export function refuseWith(c: Context, codes: readonly [ErrorCode, ...ErrorCode[]]): Ready {
  headersOf(c).add('Content-Type', 'application/json')
  return answer(c, encoder.encode(JSON.stringify(codes)), statusOfCode[codes[0]])
}

// What a caller may name its request, to find it in the log.
const idPattern = /^[\w\-=]{1,255}$/

/** Begins the headers of an answer. */
export function beginAnswer(c: Context<ApiEnv>) {
  const asked = c.req.header('x-request-id')
  const id = asked !== undefined && idPattern.test(asked) ? asked : crypto.randomUUID()
  c.set('requestId', id)
  c.set('headers', new AnswerHeaders(id))
}

/** Gives the headers to what Hono answered by itself. */
export function completeAnswer(c: Context<ApiEnv>, answer: Ready | Response): Ready | Response {
  if (isReady(answer)) return answer
  const { headers } = answer
  for (const [name, value] of headersOf(c).list()) {
    if (!headers.has(name)) headers.set(name, value)
  }
  return answer
}
