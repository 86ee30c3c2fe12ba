import { OpenAPIHono } from '@hono/zod-openapi'
import type { Deps } from '../deps.ts'
import type { AnswerHeaders } from './answer.ts'

export interface ApiEnv {
  Variables: {
    deps: Deps
    requestId: string
    headers: AnswerHeaders
    /** The answer that was made with those headers. */
    answered?: Response
    /** The `sub` of whoever’s token was taken, for the log. */
    person?: string
  }
}

/** A router whose refused inputs answer their codes: a schema's messages are the codes. */
export const createRouter = () =>
  new OpenAPIHono<ApiEnv>({
    defaultHook: (result, c) => {
      if (result.success) return
      const { issues } = result.error
      // A body that is JSON but no object at all has no field to name.
      const isMalformed = result.target === 'json' && issues.some(({ path }) => path.length === 0)
      if (isMalformed) return c.json(['body_malformed'], 400)
      return c.json([...new Set(issues.map(({ message }) => message))], 422)
    },
  })
