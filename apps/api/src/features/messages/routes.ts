import { listMessageGroups, listMessages } from '@cruddur/db'
import { createRoute, z } from '@hono/zod-openapi'
import { createRouter } from '../../http/context.ts'
import { bodyCodes, errorResponses, pageCodes } from '../../http/error-responses.ts'
import { ApiError } from '../../http/errors.ts'
import { readRepeatable, repeatableParameters } from '../../http/idempotency.ts'
import { pageQuery, sendJson, sendPage } from '../../http/page.ts'
import { pageHeaders } from '../../http/shapes.ts'
import { requireUser } from '../../http/viewer.ts'
import { checkReceiver } from './check-receiver.ts'
import {
  groupParam,
  messageBody,
  messageGroupSchema,
  messageSchema,
  sentMessageSchema,
} from './schemas.ts'
import { sendMessage } from './send-message.ts'

const groups = createRoute({
  method: 'get',
  path: '/api/message_groups',
  operationId: 'listMessageGroups',
  tags: ['Messages'],
  summary: 'The viewer’s conversations, the latest message first',
  description:
    'Each with the other person’s name and handle, and with its last message. ' +
    'A new message moves its group to the first page.',
  middleware: [requireUser] as const,
  request: { query: pageQuery(50) },
  responses: {
    200: {
      description: 'Message groups',
      headers: pageHeaders,
      content: { 'application/json': { schema: z.array(messageGroupSchema) } },
    },
    ...errorResponses('generic_401', ...pageCodes),
  },
})

const list = createRoute({
  method: 'get',
  path: '/api/messages/{message_group_uuid}',
  operationId: 'listMessages',
  tags: ['Messages'],
  summary: 'The newest messages of one of the viewer’s groups, oldest first',
  description: 'The next page in `Link` is of older ones.',
  middleware: [requireUser] as const,
  request: { params: groupParam, query: pageQuery(50) },
  responses: {
    200: {
      description: 'Messages',
      headers: pageHeaders,
      content: { 'application/json': { schema: z.array(messageSchema) } },
    },
    ...errorResponses('generic_401', 'message_group_not_found', ...pageCodes),
  },
})

const send = createRoute({
  method: 'post',
  path: '/api/messages',
  operationId: 'sendMessage',
  tags: ['Messages'],
  summary: 'Send a message to a person or into a group',
  description:
    'Two people share one group: the first message makes it. `message_group_uuid` wins over ' +
    '`handle`. An Idempotency-Key answers the first message again for a day.',
  middleware: [requireUser, checkReceiver] as const,
  parameters: repeatableParameters,
  request: {
    body: { required: true, content: { 'application/json': { schema: messageBody } } },
  },
  responses: {
    200: {
      description: 'The message, and the group that it is in',
      content: { 'application/json': { schema: sentMessageSchema } },
    },
    ...errorResponses(
      ...bodyCodes,
      'generic_401',
      'message_group_not_found',
      'message_blank',
      'message_exceed_max_chars_1024',
      'message_invalid',
      'message_group_uuid_blank',
      'user_reciever_handle_blank',
      'idempotency_key_reused',
    ),
  },
})

export const messageRoutes = createRouter()
  .openapi(groups, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const { sub } = c.get('viewer')
    return sendPage(c, await listMessageGroups(c.get('deps').db, { sub, limit, after: cursor }))
  })
  .openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const { message_group_uuid: messageGroupUuid } = c.req.valid('param')
    const { sub } = c.get('viewer')
    const page = await listMessages(c.get('deps').db, {
      sub,
      messageGroupUuid,
      limit,
      after: cursor,
    })
    if (!page) throw new ApiError('message_group_not_found')
    return sendPage(c, page)
  })
  .openapi(send, async (c) => {
    const [deps, viewer] = [c.get('deps'), c.get('viewer')]
    const body = c.req.valid('json')
    const request = await readRepeatable(c)
    return sendJson(c, await sendMessage(deps, viewer, { ...body, request }))
  })
