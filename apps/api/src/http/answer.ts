import type { Context } from 'hono'
import { AnswerHeaders, headersOf } from './answer-headers.ts'
import type { ApiEnv } from './context.ts'
import { type ErrorCode, statusOfCode } from './errors.ts'
import type { MaybePromise } from './maybe-promise.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** What is to be sent, for a server that can write it as it is; `toResponse` is for the others. */
export class Ready {
  readonly status: number
  /** Each name, and behind it its value. */
  readonly list: string[]
  readonly body: Bytes | null

  constructor(status: number, list: string[], body: Bytes | null) {
    this.status = status
    this.list = list
    this.body = body
  }

  /** As Fetch wants them; for HEAD, Hono makes a Response of the status and these by itself. */
  get headers(): Record<string, string> {
    return recordOf(this.list)
  }
}

function recordOf(list: string[]): Record<string, string> {
  const record: Record<string, string> = {}
  for (let at = 0; at < list.length; at += 2) record[list[at] ?? ''] = list[at + 1] ?? ''
  return record
}

/** Hono’s own answers are Responses. */
export type Answer = MaybePromise<Ready | Response>

export const toResponse = (answer: Ready | Response): Response =>
  answer instanceof Ready ? new Response(answer.body, answer) : answer

/** Answers with those headers, and those that all have. */
export const answer = (c: Context, body: Bytes | null, status = 200): Ready =>
  new Ready(status, headersOf(c).list(body), body)

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
  if (answer instanceof Ready) return answer
  for (const [name, value] of Object.entries(recordOf(headersOf(c).list()))) {
    if (!answer.headers.has(name)) answer.headers.set(name, value)
  }
  return answer
}
