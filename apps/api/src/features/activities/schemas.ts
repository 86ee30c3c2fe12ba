import { z } from '@hono/zod-openapi'
import { ApiError } from '../../http/errors.ts'
import { isGuid } from '../../http/guid.ts'
import { activitySchema } from '../../http/shapes.ts'
import { crudMessage, longMessage } from '../../http/text.ts'

const hoursOfTtl = {
  '30-days': 30 * 24,
  '7-days': 7 * 24,
  '3-days': 3 * 24,
  '1-day': 24,
  '12-hours': 12,
  '3-hours': 3,
  '1-hour': 1,
}

const lifetimes = Object.keys(hoursOfTtl) as (keyof typeof hoursOfTtl)[]

export const crudBody = z
  .object({
    message: crudMessage,
    ttl: z
      .enum(lifetimes, { error: 'ttl_blank' })
      .transform((ttl) => hoursOfTtl[ttl])
      .openapi({
        type: 'string',
        enum: lifetimes,
        description: 'How long it lives',
        example: '7-days',
      }),
  })
  .openapi('NewCrud')

export const replyBody = z.object({ message: longMessage }).openapi('NewReply')

/** An activity's uuid in a path; a malformed one is nobody’s. */
export const activityParam = z.object({
  uuid: z
    .string()
    .transform((uuid) => {
      if (!isGuid(uuid)) throw new ApiError('activity_not_found')
      return uuid
    })
    .openapi({ type: 'string', format: 'uuid', example: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e003' }),
})

/** What was deleted. */
export const goneSchema = z.object({
  uuid: z.uuid().openapi({ example: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e003' }),
})

/** A crud or a reply with a page of what answers it. */
export const threadSchema = z
  .object({ activity: activitySchema, replies: z.array(activitySchema) })
  .openapi('Thread')
