import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { type Answer, beginAnswer, completeAnswer } from './answer.ts'
import { checkBody } from './body.ts'
import { dropAfterWrite } from './caching.ts'
import type { ApiEnv, Responder } from './context.ts'
import { crossOrigin } from './cross-origin.ts'
import { andThen, orElse } from './maybe-promise.ts'
import { onError } from './on-error.ts'
import { type Callers, limitAddress } from './rate-limit.ts'
import { logRequest } from './request-log.ts'

export interface FrameOptions extends Callers {
  /** Origins whose pages may call. */
  origins: string[]
  /** Where a request's dependencies come from; each entry decides. */
  depsFor: (c: Context) => Deps
}

export type Frame = (respond: Responder) => Responder

const writes = new Set(['POST', 'PUT', 'DELETE'])

/** What stands around a route’s own handler: what every answer has, and what may refuse one. */
export function createFrame({ origins, depsFor, ...callers }: FrameOptions): Frame {
  const preflight = crossOrigin(origins)
  const admit = limitAddress(callers)

  return (respond) => (c) => {
    const start = performance.now()
    const isWrite = writes.has(c.req.method)
    c.set('deps', depsFor(c))
    beginAnswer(c)
    const run = () => (isWrite ? checkBody(c, () => respond(c)) : respond(c))
    const answering = orElse(
      () => preflight(c) ?? admit(c, run),
      (error) => answerError(c, error),
    )
    return andThen(answering, (answer) => {
      if (isWrite) dropAfterWrite(c, answer.status)
      logRequest(c, answer.status, start)
      return completeAnswer(c, answer)
    })
  }
}

/** What is no error is nobody’s answer: the runtime’s to report. */
function answerError(c: Context<ApiEnv>, error: unknown): Answer {
  if (!(error instanceof Error)) throw error
  return onError(error, c)
}
