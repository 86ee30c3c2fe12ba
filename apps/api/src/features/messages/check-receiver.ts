import { isHandle, isReceiver } from '@cruddur/db'
import { z } from '@hono/zod-openapi'
import { createStep } from '../../http/context.ts'
import { ApiError, statusOfCode } from '../../http/errors.ts'
import type { ViewerEnv } from '../../http/viewer.ts'

const toPerson = z.object({
  message_group_uuid: z.null().optional(),
  handle: z.string().refine(isHandle),
})

/**
 * Says a receiver who is nobody, or oneself, together with what is wrong about the message: a right
 * one learns it from the statement that would write it.
 */
export const checkReceiver = createStep<ViewerEnv>(async (c, next) => {
  try {
    return await next()
  } catch (error) {
    if (!(error instanceof ApiError) || statusOfCode[error.codes[0]] !== 422) throw error
    const isOfMessage = error.codes.every((code) => code.startsWith('message_'))
    const body = toPerson.safeParse(await c.req.json())
    if (!isOfMessage || !body.success) throw error
    const { sub } = c.get('viewer')
    if (await isReceiver(c.get('deps').db, { sub, handle: body.data.handle })) throw error
    throw new ApiError(...error.codes, 'user_reciever_handle_blank')
  }
})
