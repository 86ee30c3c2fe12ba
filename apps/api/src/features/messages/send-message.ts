import { insertMessage, type JsonText, type RepeatableRequest, type SentMessage } from '@cruddur/db'
import type { Deps } from '../../deps.ts'
import { ApiError } from '../../http/errors.ts'
import { onceForKey } from '../../http/idempotency.ts'
import { asPerson, type Viewer } from '../../http/viewer.ts'
import { requireGroupUuid } from './schemas.ts'

interface MessageToSend {
  message: string
  message_group_uuid?: string | null | undefined
  handle?: string | null | undefined
  request: RepeatableRequest | undefined
}

/** Writes into a group where one is named, and else to a person. */
export async function sendMessage(
  deps: Pick<Deps, 'db' | 'ensurePerson'>,
  viewer: Viewer,
  { message_group_uuid: groupUuid, handle, message, request }: MessageToSend,
): Promise<JsonText<SentMessage>> {
  const to =
    groupUuid == null ? { handle: handle ?? '' } : { messageGroupUuid: requireGroupUuid(groupUuid) }
  const sent = await asPerson(deps, viewer, () => {
    const { sub } = viewer
    return onceForKey(deps.db, { sub, request }, () =>
      insertMessage(deps.db, { sub, message, to, request }),
    )
  })
  if (sent !== undefined) return sent
  throw new ApiError('handle' in to ? 'user_reciever_handle_blank' : 'message_group_not_found')
}
