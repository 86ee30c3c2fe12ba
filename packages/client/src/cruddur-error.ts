import type { ErrorCode } from '@cruddur/api/errors'

export type { ErrorCode }

/** An answer that is no success. Who could not be reached at all is fetch's own error. */
export class CruddurError extends Error {
  override name = 'CruddurError'
  readonly status: number
  /** Every code that applies; none where something before the API answered. */
  readonly codes: ErrorCode[]
  /** By which the API's log knows the request. */
  readonly requestId: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor({ status, headers }: Response, codes: ErrorCode[]) {
    super([status, ...codes].join(' '))
    this.status = status
    this.codes = codes
    this.requestId = headers.get('x-request-id') ?? undefined
    const seconds = Number.parseInt(headers.get('retry-after') ?? '', 10)
    this.retryAfterSeconds = Number.isNaN(seconds) ? undefined : seconds
  }
}

export async function readRefusal(response: Response): Promise<CruddurError> {
  const body: unknown = await response.json().catch(() => undefined)
  const isCodes = Array.isArray(body) && body.every((code) => typeof code === 'string')
  // The API's list of codes is closed, so what its array holds is of the union.
  return new CruddurError(response, isCodes ? (body as ErrorCode[]) : [])
}
