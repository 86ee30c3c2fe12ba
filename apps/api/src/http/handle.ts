import { isHandle } from '@cruddur/db'
import { z } from '@hono/zod-openapi'
import { ApiError } from './errors.ts'

/** A handle as paths carry it, `@` before it; what cannot be one is nobody’s. */
export const handleSegment = ':handle{@[^/]+}'

export const handleParam = z.object({
  handle: z
    .string()
    .transform((segment) => {
      const handle = segment.slice(1)
      if (!isHandle(handle)) throw new ApiError('user_not_found')
      return handle
    })
    .openapi({ type: 'string', description: 'In whatever case', example: 'andrewbrown' }),
})
