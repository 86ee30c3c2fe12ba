import type { Context } from 'hono'
import { answer, type Ready } from './answer.ts'
import { headersOf } from './answer-headers.ts'
import type { ApiEnv } from './context.ts'

const methods = 'GET,HEAD,POST,PUT,DELETE,OPTIONS'
const requestHeaders = 'authorization,content-type,idempotency-key,if-none-match,traceparent'

/** CORS for pages of these origins, and the answer to their preflight; why not Hono’s, docs/decisions/0012-http-caching.md says. */
export const crossOrigin = (origins: string[]) => {
  const allowed = new Set(origins)
  return (c: Context<ApiEnv>): Ready | undefined => {
    const headers = headersOf(c)
    const origin = c.req.header('origin')
    if (origin !== undefined && allowed.has(origin)) {
      headers.add('Access-Control-Allow-Origin', origin)
    }
    if (c.req.method !== 'OPTIONS') return undefined
    headers.add('Access-Control-Max-Age', '600')
    headers.add('Access-Control-Allow-Methods', methods)
    headers.add('Access-Control-Allow-Headers', requestHeaders)
    return answer(c, null, 204)
  }
}
