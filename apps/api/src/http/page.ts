import type { JsonText, Page, PageOf, Position } from '@cruddur/db'
import { z } from '@hono/zod-openapi'
import type { Context, TypedResponse } from 'hono'
import { type Audience, type Ready, sendTagged } from './caching.ts'
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
export function sendPage<T>(c: Context, page: Page<T> & { ready?: Ready }, audience?: Audience) {
  linkNext(c, page.next)
  return sendJson(c, page.items, audience, page.ready)
}

/** Sends a page together with the one thing that it belongs to. */
export function sendPageOf<T>(c: Context, { text, next }: PageOf<T>) {
  linkNext(c, next)
  return sendJson(c, text)
}

const linkNext = (c: Context, next: Position | undefined) =>
  linkCursor(c, next && writeCursor(next))

/** Names the next page in `Link`, while there is one. */
export function linkCursor(c: Context, cursor: string | undefined) {
  if (cursor === undefined) return
  const query = new URLSearchParams(c.req.query())
  query.set('cursor', cursor)
  c.header('Link', `<${c.req.path}?${query}>; rel="next"`)
}

/**
 * Sends JSON that Postgres serialised, typed as what it holds. A viewer's answer is theirs alone.
 */
export async function sendJson<T>(
  c: Context,
  text: JsonText<T>,
  audience: Audience = c.get('viewer') === undefined ? 'public' : 'private',
  ready?: Ready,
) {
  const type = 'application/json'
  const response =
    c.req.method === 'GET' || c.req.method === 'HEAD'
      ? await sendTagged(c, text, { type, audience, ready })
      : c.body(text, 200, { 'Content-Type': type })
  // The body is text, so Hono cannot know its shape; JsonText carries it from the select.
  return response as unknown as Response & TypedResponse<T, 200, 'json'>
}
