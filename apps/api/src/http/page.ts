import type { JsonBytes, JsonText, Page, PageOf } from '@cruddur/db'
import { z } from '@hono/zod-openapi'
import type { Context, TypedResponse } from 'hono'
import { answer } from './answer.ts'
import { headersOf } from './answer-headers.ts'
import { type Audience, sendTagged } from './caching.ts'
import { readCursor, writeCursor } from './cursor.ts'

/** What every list takes: how many, and after which row. */
export const pageQuery = (defaultLimit: number) =>
  z.object({
    limit: z
      .string({ error: 'limit_invalid' })
      .regex(/^([1-9]\d?|100)$/, 'limit_invalid')
      .transform(Number)
      .default(defaultLimit)
      .openapi({
        type: 'integer',
        minimum: 1,
        maximum: 100,
        default: defaultLimit,
        description: 'How many to answer at most',
      }),
    cursor: z
      .string({ error: 'cursor_invalid' })
      .transform((text, context) => {
        const position = readCursor(text)
        if (position) return position
        context.addIssue({ code: 'custom', message: 'cursor_invalid' })
        return z.NEVER
      })
      .optional()
      .openapi({ type: 'string', description: 'From the Link header of the page before' }),
  })

/** Sends a page's ready JSON; `Link` names the next page while there is one. */
export const sendPage = <T>(c: Context, { items, next }: Page<T>) =>
  sendPageOf(c, { body: items, next })

interface SentPage<T> extends Omit<PageOf<T>, 'body'> {
  body: JsonText<T> | JsonBytes<T>
}

/** Sends an answer that has a page in it. */
export function sendPageOf<T>(c: Context, { body, next }: SentPage<T>, audience?: Audience) {
  linkCursor(c, next && writeCursor(next))
  return sendJson(c, body, audience)
}

/** Names the next page in `Link`, while there is one. */
export function linkCursor(c: Context, cursor: string | undefined) {
  if (cursor === undefined) return
  headersOf(c).add('Link', `<${c.req.path}?${otherQuery(c)}cursor=${cursor}>; rel="next"`)
}

function otherQuery({ req }: Context): string {
  // Hono takes a query apart each time that it is read.
  if (!/[?&](?!cursor=)/.test(req.url)) return ''
  const others = Object.entries(req.query()).filter(([name]) => name !== 'cursor')
  return others.length > 0 ? `${new URLSearchParams(others)}&` : ''
}

const type = 'application/json'

function sendUntagged(c: Context, body: Uint8Array<ArrayBuffer>) {
  headersOf(c).add('Content-Type', type)
  return answer(c, body)
}

const encoder = new TextEncoder()

/**
 * Sends JSON that Postgres serialised, typed as what it holds. A viewer's answer is theirs alone.
 */
export function sendJson<T>(
  c: Context,
  json: JsonText<T> | JsonBytes<T>,
  audience: Audience = c.get('viewer') === undefined ? 'public' : 'private',
  tag?: string,
) {
  const body = typeof json === 'string' ? encoder.encode(json) : json
  const response =
    c.req.method === 'GET' || c.req.method === 'HEAD'
      ? sendTagged(c, body, { type, audience, tag })
      : sendUntagged(c, body)
  // Hono is told of a Response with that shape, and never looks: the JSON’s own type carries it from
  // the select to the typed client.
  return response as unknown as Response & TypedResponse<T, 200, 'json'>
}
