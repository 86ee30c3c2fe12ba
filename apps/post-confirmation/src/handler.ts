import { setTimeout as delay } from 'node:timers/promises'
import { type Db, isUnavailable } from '@cruddur/db'
import { confirmUser } from './confirm-user.ts'
import { describeError, type Log } from './log.ts'
import { preSignUp } from './pre-sign-up.ts'
import { RefusedError, readTriggerEvent, type Trigger } from './trigger.ts'

const triggers = new Map<string, Trigger>([
  ['PreSignUp_SignUp', preSignUp],
  ['PreSignUp_AdminCreateUser', preSignUp],
  ['PreSignUp_ExternalProvider', preSignUp],
  ['PostConfirmation_ConfirmSignUp', confirmUser],
  ['PostConfirmation_ConfirmForgotPassword', confirmUser],
])

// Cognito waits 5 s, a cold start included. Two attempts fit, so that a connection which died
// while the function was frozen costs one of them and not the person's sign-up.
export const attemptMs = 1800
const pauseMs = 200
const ceilingMs = 4200

/** Answers every trigger of the pool: the whole event, or a thrown sentence that a person may read. */
export function createHandler({ db, log }: { db: Db; log: Log }) {
  return async (event: unknown, context?: { awsRequestId?: string }): Promise<unknown> => {
    const start = performance.now()
    const told = readTriggerEvent(event)
    const fields = () => ({
      triggerSource: told.source,
      sub: told.attributes.sub,
      requestId: context?.awsRequestId,
      ms: Math.round(performance.now() - start),
    })
    const trigger = triggers.get(told.source)
    if (!trigger) {
      log.info('trigger_unknown', fields())
      return event
    }
    try {
      const onRetry = (error: unknown) =>
        log.info('trigger_retried', { ...fields(), ...describeError(error) })
      const done = await withinCeiling(twice(() => trigger.run(db, told), onRetry))
      log.info('trigger_done', { ...fields(), ...done })
      return event
    } catch (error) {
      if (error instanceof RefusedError) {
        log.info('trigger_refused', { ...fields(), reason: error.reason })
        throw error
      }
      log.error('trigger_failed', { ...fields(), ...describeError(error) })
      throw new Error(trigger.failure)
    }
  }
}

async function twice<T>(work: () => Promise<T>, onRetry: (error: unknown) => void): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isUnavailable(error)) throw error
    onRetry(error)
    await delay(pauseMs)
    return work()
  }
}

function withinCeiling<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`No answer within ${ceilingMs} ms`)), ceilingMs)
    work.then(resolve, reject).finally(() => clearTimeout(late))
  })
}
