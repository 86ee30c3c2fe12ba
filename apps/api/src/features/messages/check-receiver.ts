import { isHandle, isReceiver } from '@cruddur/db'
import { z } from '@hono/zod-openapi'
import { createStep } from '../../http/context.ts'
import type { ErrorCode } from '../../http/errors.ts'
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
  const answer = await next()
  if (answer.status !== 422) return answer
  const codes = z.array(z.string()).parse(await answer.clone().json())
  const isOfMessage = codes.every((code) => code.startsWith('message_'))
  const body = toPerson.safeParse(await c.req.json())
  if (!isOfMessage || !body.success) return answer
  const { sub } = c.get('viewer')
  if (await isReceiver(c.get('deps').db, { sub, handle: body.data.handle })) return answer
  return c.json([...codes, 'user_reciever_handle_blank' satisfies ErrorCode], 422)
})
