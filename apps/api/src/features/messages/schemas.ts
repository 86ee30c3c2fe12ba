import { isHandle } from '@cruddur/db'
import { z } from '@hono/zod-openapi'
import { ApiError } from '../../http/errors.ts'
import { isGuid } from '../../http/guid.ts'
import { isoInstant } from '../../http/shapes.ts'
import { longMessage } from '../../http/text.ts'

const groupUuid = { format: 'uuid', example: '3f2b8c1e-6a0c-4a53-9a9b-0d8e5f6c1a01' }

const message = {
  display_name: z.string().openapi({ example: 'Andrew Bayko' }),
  handle: z.string().openapi({ example: 'bayko' }),
  message: z.string().openapi({ example: 'Now it is one, and a unique constraint says so.' }),
  created_at: isoInstant,
}

export const messageGroupSchema = z
  .object({
    uuid: z.uuid().openapi({ description: 'The group’s', ...groupUuid }),
    ...message,
    handle: message.handle.openapi({ description: 'The other person’s' }),
    message: message.message.openapi({ description: 'The last one' }),
  })
  .openapi('MessageGroup')

export const messageSchema = z
  .object({
    uuid: z
      .uuid()
      .openapi({ description: 'The message’s', example: '7c1d9e52-3b0a-4f6e-9d21-5a8e4c7f2004' }),
    ...message,
    handle: message.handle.openapi({ description: 'The sender’s' }),
  })
  .openapi('Message')

export const sentMessageSchema = messageSchema
  .extend({ message_group_uuid: z.uuid().openapi(groupUuid) })
  .openapi('SentMessage')

/** What is malformed names no group. */
export function requireGroupUuid(uuid: string): string {
  if (!isGuid(uuid)) throw new ApiError('message_group_not_found')
  return uuid
}

export const groupParam = z.object({
  message_group_uuid: z
    .string()
    .transform(requireGroupUuid)
    .openapi({ type: 'string', ...groupUuid }),
})

/** Null is as good as absent; a group that is named wins, and then the handle is not looked at. */
export const messageBody = z
  .object({
    message: longMessage,
    message_group_uuid: z
      .string({ error: 'message_group_uuid_blank' })
      .refine((uuid) => uuid.trim() !== '', 'message_group_uuid_blank')
      .nullish()
      .openapi({ type: ['string', 'null'], ...groupUuid }),
    handle: z
      .string()
      .nullish()
      .catch(undefined)
      .openapi({ type: ['string', 'null'], description: 'The receiver’s', example: 'bayko' }),
  })
  .refine(
    ({ message_group_uuid, handle }) => message_group_uuid != null || isHandle(handle ?? undefined),
    {
      error: 'user_reciever_handle_blank',
      path: ['handle'],
      // Said together with what is wrong about the message.
      when: ({ value }) => typeof value === 'object' && value !== null,
    },
  )
  .openapi('NewMessage', { example: { message: 'Which address?', handle: 'bayko' } })
