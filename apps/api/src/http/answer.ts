import type { Context } from 'hono'
import type { ApiEnv } from './context.ts'
import { type ErrorCode, statusOfCode } from './errors.ts'
import type { MaybePromise } from './maybe-promise.ts'
import { secureHeaders } from './secure-headers.ts'

type Bytes = Uint8Array<ArrayBuffer>
type Pair = readonly [name: string, value: string]

/** What is to be sent, for a server that can write it as it is; `toResponse` is for the others. */
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
  return new Response(body, { status, headers: Object.fromEntries(headers) })
}

/** The headers of which each answer decides; whoever knows one says it. */
export interface AnswerHeaders {
  'X-Request-Id': string
  'Cache-Control': string
  Vary: string | undefined
  'Access-Control-Allow-Origin': string | undefined
  'Access-Control-Max-Age': string | undefined
  'Access-Control-Allow-Methods': string | undefined
  'Access-Control-Allow-Headers': string | undefined
  'RateLimit-Policy': string | undefined
  RateLimit: string | undefined
  'Retry-After': string | undefined
  Allow: string | undefined
  Link: string | undefined
  ETag: string | undefined
  'Content-Type': string | undefined
}

/** All of them at once: an object that grows is slower than one that has its fields. */
const beginHeaders = (id: string): AnswerHeaders => ({
  'X-Request-Id': id,
  // Nothing is kept unless whoever sends it says otherwise: no error, no answer to a write.
  'Cache-Control': 'no-store',
  Vary: undefined,
  'Access-Control-Allow-Origin': undefined,
  'Access-Control-Max-Age': undefined,
  'Access-Control-Allow-Methods': undefined,
  'Access-Control-Allow-Headers': undefined,
  'RateLimit-Policy': undefined,
  RateLimit: undefined,
  'Retry-After': undefined,
  Allow: undefined,
  Link: undefined,
  ETag: undefined,
  'Content-Type': undefined,
})

const exposed = 'link,etag,retry-after,ratelimit,ratelimit-policy,x-request-id'
const always: readonly Pair[] = [
  ...Object.entries(secureHeaders),
  ['Access-Control-Expose-Headers', exposed],
]
const names = Object.keys(beginHeaders('')) as (keyof AnswerHeaders)[]

function pairsOf(headers: AnswerHeaders): Pair[] {
  const pairs = always.slice()
  for (const name of names) {
    const value = headers[name]
    if (value !== undefined) pairs.push([name, value])
  }
  return pairs
}

export const headersOf = (c: Context): AnswerHeaders => c.get('headers')

/** Answers with those headers, and those that all have. */
export function answer(c: Context, body: Bytes | null, status = 200): Ready {
  const headers = pairsOf(headersOf(c))
  if (body) headers.push(['Content-Length', String(body.byteLength)])
  return { status, headers, body }
}

const encoder = new TextEncoder()

/** Refuses a request; the status is the first code’s. */
export function answerCodes(c: Context, codes: readonly [ErrorCode, ...ErrorCode[]]): Ready {
  headersOf(c)['Content-Type'] = 'application/json'
  return answer(c, encoder.encode(JSON.stringify(codes)), statusOfCode[codes[0]])
}

// What a caller may name its request, to find it in the log.
const idPattern = /^[\w\-=]{1,255}$/

/** Begins the headers of an answer. */
export function beginAnswer(c: Context<ApiEnv>) {
  const asked = c.req.header('x-request-id')
  const id = asked !== undefined && idPattern.test(asked) ? asked : crypto.randomUUID()
  c.set('requestId', id)
  c.set('headers', beginHeaders(id))
}

/** Gives the headers to what Hono answered by itself. */
export function completeAnswer(c: Context<ApiEnv>, answer: Ready | Response): Ready | Response {
  if (isReady(answer)) return answer
  const { headers } = answer
  for (const [name, value] of pairsOf(headersOf(c))) {
    if (!headers.has(name)) headers.set(name, value)
  }
  return answer
}
