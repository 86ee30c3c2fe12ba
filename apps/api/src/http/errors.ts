import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** Every code that an error body may hold, with its status. Clients switch on the code. */
export const statusOfCode = {
  body_malformed: 400,
  generic_401: 401,
  not_found: 404,
  user_not_found: 404,
  activity_not_found: 404,
  message_group_not_found: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  content_type_unsupported: 415,
  bio_exceed_max_chars: 422,
  bio_invalid: 422,
  cursor_invalid: 422,
  display_name_blank: 422,
  display_name_exceed_max_chars: 422,
  display_name_invalid: 422,
  idempotency_key_reused: 422,
  limit_invalid: 422,
  message_blank: 422,
  message_exceed_max_chars: 422,
  message_exceed_max_chars_1024: 422,
  message_group_uuid_blank: 422,
  message_invalid: 422,
  search_term_blank: 422,
  ttl_blank: 422,
  user_reciever_handle_blank: 422,
  rate_limited: 429,
  generic_500: 500,
  unavailable: 503,
} as const satisfies Record<string, ContentfulStatusCode>

export type ErrorCode = keyof typeof statusOfCode

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(statusOfCode, text)

/** Thrown where a rule is broken, or several of one status; on-error answers the codes. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly codes: readonly [ErrorCode, ...ErrorCode[]]

  constructor(...codes: [ErrorCode, ...ErrorCode[]]) {
    super(codes.join(', '))
    this.codes = codes
  }
}
