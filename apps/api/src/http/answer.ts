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

/** The headers that an answer may have beside those that all have. */
type OwnHeader =
  | 'Access-Control-Allow-Headers'
  | 'Access-Control-Allow-Methods'
  | 'Access-Control-Allow-Origin'
  | 'Access-Control-Max-Age'
  | 'Allow'
  | 'Content-Type'
  | 'ETag'
  | 'Link'
  | 'Retry-After'

const exposed = 'link,etag,retry-after,ratelimit,ratelimit-policy,x-request-id'
const always: readonly Pair[] = [
  ...Object.entries(secureHeaders),
  ['Access-Control-Expose-Headers', exposed],
]

/** The headers of the answer under way, to which whoever knows one adds it. */
export class AnswerHeaders {
  /** Nothing is kept unless whoever sends it says otherwise: no error, no answer to a write. */
  cacheControl = 'no-store'
  vary = 'Origin'
  /** Of the last bucket that was asked. */
  rateLimit: { policy: string; left: string } | undefined
  readonly #own: Pair[]

  constructor(requestId: string) {
    this.#own = [['X-Request-Id', requestId]]
  }

  add(name: OwnHeader, value: string) {
    this.#own.push([name, value])
  }

  /** All of them, with the length of what is sent. */
  list(body?: Bytes | null): Pair[] {
    const pairs = always.concat(this.#own)
    pairs.push(['Cache-Control', this.cacheControl], ['Vary', this.vary])
    if (this.rateLimit) {
      pairs.push(['RateLimit-Policy', this.rateLimit.policy], ['RateLimit', this.rateLimit.left])
    }
    if (body) pairs.push(['Content-Length', String(body.byteLength)])
    return pairs
  }
}

export const headersOf = (c: Context): AnswerHeaders => c.get('headers')

/** Answers with those headers, and those that all have. */
export const answer = (c: Context, body: Bytes | null, status = 200): Ready => ({
  status,
  headers: headersOf(c).list(body),
  body,
})

const encoder = new TextEncoder()

/** Refuses a request; the status is the first code’s. */
export function answerCodes(c: Context, codes: readonly [ErrorCode, ...ErrorCode[]]): Ready {
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
