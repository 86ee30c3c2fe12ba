import type { Context } from 'hono'
import { secureHeaders } from './secure-headers.ts'

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

/** What CORS lets a page read. */
const exposed = 'link,etag,retry-after,ratelimit,ratelimit-policy,x-request-id'
const always = [...Object.entries(secureHeaders).flat(), 'Access-Control-Expose-Headers', exposed]

/** The headers of the answer under way, to which whoever knows one adds it. */
export class AnswerHeaders {
  /** Nothing is kept unless whoever sends it says otherwise: no error, no answer to a write. */
  cacheControl = 'no-store'
  vary = 'Origin'
  /** The two fields for the bucket that was asked last. */
  rateLimit: { policy: string; state: string } | undefined
  readonly #own: string[]

  constructor(requestId: string) {
    this.#own = ['X-Request-Id', requestId]
  }

  add(name: OwnHeader, value: string) {
    this.#own.push(name, value)
  }

  /** Each name, and behind it its value, as Node writes them; with the length of what is sent. */
  list(body?: Uint8Array | null): string[] {
    const list = always.concat(this.#own)
    list.push('Cache-Control', this.cacheControl, 'Vary', this.vary)
    if (this.rateLimit) {
      list.push('RateLimit-Policy', this.rateLimit.policy, 'RateLimit', this.rateLimit.state)
    }
    if (body) list.push('Content-Length', String(body.byteLength))
    return list
  }
}

export const headersOf = (c: Context): AnswerHeaders => c.get('headers')
