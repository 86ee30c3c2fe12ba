import { insertMessage, type JsonText, type RepeatableRequest, type SentMessage } from '@cruddur/db'
import type { Deps } from '../../deps.ts'
import { ApiError } from '../../http/errors.ts'
import { onceForKey } from '../../http/idempotency.ts'
import { requireGroupUuid } from './schemas.ts'

interface MessageToSend {
  sub: string
  message: string
  message_group_uuid?: string | null | undefined
  handle?: string | null | undefined
  request: RepeatableRequest | undefined
}

/** Writes into a group where one is named, and else to a person. */
export async function sendMessage(
  { db }: Pick<Deps, 'db'>,
  { message_group_uuid: groupUuid, handle, message, sub, request }: MessageToSend,
): Promise<JsonText<SentMessage>> {
  const to =
    groupUuid == null ? { handle: handle ?? '' } : { messageGroupUuid: requireGroupUuid(groupUuid) }
  const sent = await onceForKey(db, { sub, request }, () =>
    insertMessage(db, { sub, message, to, request }),
  )
  if (sent !== undefined) return sent
  throw new ApiError('handle' in to ? 'user_reciever_handle_blank' : 'message_group_not_found')
}
