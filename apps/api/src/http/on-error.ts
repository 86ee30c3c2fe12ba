import { KeysUnavailableError } from '@cruddur/auth'
import { isUnavailable, refusedBy } from '@cruddur/db'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { CognitoUnavailableError } from '../cognito.ts'
import { codeOfFailure, type LogFields } from '../log.ts'
import { type Ready, refuseWith } from './answer.ts'
import { headersOf } from './answer-headers.ts'
import type { ApiEnv } from './context.ts'
import { ApiError, type ErrorCode } from './errors.ts'

/**
 * Every throw ends here, as an array of codes; only what nobody foresaw is logged with its cause.
 */
export function onError(error: Error, c: Context<ApiEnv>): Ready {
  if (error instanceof ApiError) return refuseWith(c, error.codes)
  const code = codeOf(error)
  if (code === 'unavailable') {
    headersOf(c).add('Retry-After', String(retryAfterSeconds(error)))
  }
  if (code === 'unavailable' || code === 'generic_500') {
    c.get('deps').log.error(code, { requestId: c.get('requestId'), ...describe(error) })
  }
  return refuseWith(c, [code])
}

function codeOf(error: Error): ErrorCode {
  if (error instanceof HTTPException) return codeOfStatus(error.status)
  return isOfCognito(error) || isUnavailable(error) ? 'unavailable' : 'generic_500'
}

const isOfCognito = (error: Error): boolean =>
  error instanceof KeysUnavailableError || error instanceof CognitoUnavailableError

const retryAfterSeconds = (error: Error) =>
  error instanceof KeysUnavailableError ? Math.max(1, Math.ceil(error.retryAfterSeconds)) : 1

function codeOfStatus(status: number): ErrorCode {
  if (status === 413) return 'body_too_large'
  if (status === 415) return 'content_type_unsupported'
  return status === 400 ? 'body_malformed' : 'generic_500'
}

/** A database error's own text may repeat what a person wrote: its names and codes are enough. */
function describe(error: Error): LogFields {
  if (isOfCognito(error)) return { code: error.name }
  const { cause } = error
  if (!(cause instanceof Error))
    return { error: `${error.name}: ${error.message}`, stack: error.stack }
  return {
    code: codeOfFailure(error),
    constraint: refusedBy(error),
    routine: Reflect.get(cause, 'routine'),
  }
}
