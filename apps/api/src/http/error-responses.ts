import { z } from '@hono/zod-openapi'
import { type ErrorCode, statusOfCode } from './errors.ts'

/** What every route that is asked for data may answer beside its own codes. */
const always = ['rate_limited', 'generic_500', 'unavailable'] as const satisfies ErrorCode[]

/** What reading a body may answer before its fields are looked at. */
export const bodyCodes = [
  'body_malformed',
  'body_too_large',
  'content_type_unsupported',
] as const satisfies ErrorCode[]

/** What reading `limit` and `cursor` may answer. */
export const pageCodes = ['limit_invalid', 'cursor_invalid'] as const satisfies ErrorCode[]

const descriptions: Record<(typeof statusOfCode)[ErrorCode], string> = {
  400: 'The body is no JSON object',
  401: 'Nobody is signed in',
  404: 'There is none, or it is not the viewer’s to see',
  405: 'Another method is wanted',
  413: 'The body is over 64 KiB',
  415: 'The body is not application/json',
  422: 'A field is wrong; every code that applies',
  429: 'Too many requests; try again later',
  500: 'It is our fault',
  503: 'Try again later',
}

/** These say when to come back. */
const wait = new Set<number>([429, 503])
const retryHeaders = { 'Retry-After': { $ref: '#/components/headers/Retry-After' } }

type StatusOf<C extends ErrorCode> = (typeof statusOfCode)[C]
type CodeOf<C extends ErrorCode, S> = C extends ErrorCode
  ? StatusOf<C> extends S
    ? C
    : never
  : never
type ErrorResponses<C extends ErrorCode> = {
  [S in StatusOf<C>]: {
    description: string
    content: { 'application/json': { schema: z.ZodArray<z.ZodType<CodeOf<C, S>>> } }
  }
}

/** The OpenAPI responses of the codes that a route may answer, one a status. */
export function errorResponses<C extends ErrorCode>(...codes: C[]) {
  const all: ErrorCode[] = [...new Set([...codes, ...always])]
  const statuses = new Set(all.map((code) => statusOfCode[code]))
  const responses = Array.from(statuses, (status) => {
    const ofStatus = all.filter((code) => statusOfCode[code] === status)
    const names = ofStatus.map((code) => `\`${code}\``).join(', ')
    const response = {
      description: `${descriptions[status]}: ${names}`,
      content: {
        'application/json': {
          schema: z.array(z.enum(ofStatus)).min(1).openapi({ uniqueItems: true }),
        },
      },
      ...(wait.has(status) ? { headers: retryHeaders } : {}),
    }
    return [status, response]
  })
  // Object.fromEntries forgets which status each was made for.
  return Object.fromEntries(responses) as ErrorResponses<C | (typeof always)[number]>
}
