import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { type Answer, beginAnswer, completeAnswer } from './answer.ts'
import { checkBody } from './body.ts'
import { dropAfterWrite } from './caching.ts'
import type { ApiEnv, Handle } from './context.ts'
import { crossOrigin } from './cross-origin.ts'
import { andThen, orElse } from './maybe-promise.ts'
import { onError } from './on-error.ts'
import { type Callers, limitAddress } from './rate-limit.ts'
import { logRequest } from './request-log.ts'

export interface AnsweringOptions extends Callers {
  /** Origins whose pages may call. */
  origins: string[]
  /** Where a request's dependencies come from; each entry decides. */
  depsFor: (c: Context) => Deps
}

const isRead = (method: string) => method === 'GET' || method === 'HEAD'

/** What every answer has, and what may refuse one, around a route’s own handler: all of it in one step. */
export function createAnswering({ origins, depsFor, ...callers }: AnsweringOptions) {
  const preflight = crossOrigin(origins)
  const admit = limitAddress(callers)

  const answerFrom = (c: Context<ApiEnv>, handle: Handle): Answer =>
    orElse(
      () => handle(c),
      (error) => {
        // What is no error is nobody’s answer: the runtime’s to report.
        if (!(error instanceof Error)) throw error
        return onError(error, c)
      },
    )

  const write = (c: Context<ApiEnv>, handle: Handle): Answer =>
    checkBody(c, () =>
      andThen(answerFrom(c, handle), (answer) => {
        dropAfterWrite(c, answer.status)
        return answer
      }),
    )

  const guard = (c: Context<ApiEnv>, handle: Handle): Answer =>
    preflight(c) ?? admit(c, () => (isRead(c.req.method) ? handle(c) : write(c, handle)))

  return (handle: Handle): Handle =>
    (c) => {
      const start = performance.now()
      c.set('deps', depsFor(c))
      beginAnswer(c)
      const answering = answerFrom(c, () => guard(c, handle))
      return andThen(answering, (answer) => {
        logRequest(c, answer.status, start)
        return completeAnswer(c, answer)
      })
    }
}
