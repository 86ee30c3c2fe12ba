import { expect } from 'vitest'
import type { ErrorCode } from '../src/http/errors.ts'
import { frontend, openApi } from './harness.ts'

type Api = Awaited<ReturnType<typeof openApi>>

export interface Sent {
  body?: unknown
  token?: string | undefined
  headers?: Record<string, string>
}

/** How a page calls; a text is sent as it is. */
export const callsOf = (api: Api) => ({
  async send(method: string, path: string, { body, token, headers = {} }: Sent = {}) {
    const response = await api.app.request(path, {
      method,
      headers: {
        origin: frontend,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : asJson(body) }),
    })
    return response
  },
})

const asJson = (body: unknown) => JSON.stringify(body)

/** Every error is a bare array of codes that a page may read. */
export async function expectCodes(response: Response, status: number, codes: ErrorCode[]) {
  const text = await response.text()
  expect(response.status, text).toBe(status)
  expect(JSON.parse(text).toSorted()).toEqual(codes.toSorted())
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(response.headers.get('access-control-allow-origin')).toBe(frontend)
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
}

type Refused = [change: Record<string, unknown>, codes: ErrorCode[]]

export interface Row {
  /** As section 6 of the contract writes it. */
  route: string
  path?: string
  /** Answered with 200. */
  body?: Record<string, unknown>
  viewer?: boolean
  pages?: boolean
  /** Paths of the same route that lead to nothing. */
  missing?: [path: string, code: ErrorCode][]
  refused?: Refused[]
}

const nothing = '00000000-0000-4000-8000-000000000000'
const malformed = ['1', 'not-a-uuid', `${nothing}0`, "'--", '%00-', '%F0%9F%A6%89-1', '%E0%A4%A-1']

const unstorable = ['a\0', '\ud800', '\udc00x', 7, true, {}, ['a']]
const textOf = (
  field: string,
  max: number,
  codes: Record<'blank' | 'long' | 'invalid', ErrorCode>,
) =>
  [
    ...[undefined, null, '', ' ', '\u3000\t\n', '\u0085'].map((text) => [
      { [field]: text },
      [codes.blank],
    ]),
    ...['a', '🦉', 'é'.normalize('NFD')].map((sign) => [
      { [field]: sign.repeat(max + 1) },
      [codes.long],
    ]),
    ...unstorable.map((text) => [{ [field]: text }, [codes.invalid]]),
    [{ [field]: ' '.repeat(max + 1) }, [codes.blank, codes.long]],
    [{ [field]: '\0'.repeat(max + 1) }, [codes.long, codes.invalid]],
  ] as Refused[]

const message = (long: ErrorCode) => ({
  blank: 'message_blank' as const,
  long,
  invalid: 'message_invalid' as const,
})
const crudMessage = textOf('message', 280, message('message_exceed_max_chars'))
const longMessage = textOf('message', 1024, message('message_exceed_max_chars_1024'))
const displayName = textOf('display_name', 100, {
  blank: 'display_name_blank',
  long: 'display_name_exceed_max_chars',
  invalid: 'display_name_invalid',
})

const profileRefused: Refused[] = [
  ...displayName,
  [{ bio: 'x'.repeat(1001) }, ['bio_exceed_max_chars']],
  ...unstorable.map((bio): Refused => [{ bio }, ['bio_invalid']]),
  [
    { display_name: ' '.repeat(101), bio: '\0'.repeat(1001) },
    ['display_name_blank', 'display_name_exceed_max_chars', 'bio_exceed_max_chars', 'bio_invalid'],
  ],
]

/** Two people with a crud, its reply and a group, and the table of all routes about them. */
export async function openWorld() {
  const api = await openApi()
  const { send } = callsOf(api)
  const [di, ed] = [await api.signUp('di'), await api.signUp('ed')]
  const write = async (path: string, body: unknown, { token }: { token: string }) => {
    const response = await send('POST', path, { body, token })
    expect(response.status).toBe(200)
    return (await response.json()) as Record<string, string>
  }
  const crud = await write('/api/activities', { message: 'Hello @ed', ttl: '1-day' }, di)
  const replyPath = `/api/activities/${crud.uuid}/reply`
  const reply = await write(replyPath, { message: 'Hello @di' }, ed)
  const sent = await write('/api/messages', { message: 'Between us', handle: 'ed' }, di)
  const group = sent.message_group_uuid
  return { api, send, write, di, ed, crud, reply, sent, routes: rowsOf(crud.uuid, group) }
}

function rowsOf(crud = '', group = ''): Row[] {
  const lost = [nothing, ...malformed]
  const missing = (code: ErrorCode, ...paths: string[]) =>
    paths.map((path): [string, ErrorCode] => [path, code])
  const activities = (after = '') => lost.map((uuid) => `/api/activities/${uuid}${after}`)
  return [
    { route: 'GET /api/health-check' },
    { route: 'GET /api/activities/home', pages: true },
    { route: 'GET /api/activities/notifications', viewer: true, pages: true },
    {
      route: 'GET /api/activities/search',
      path: '/api/activities/search?term=hello',
      pages: true,
    },
    {
      route: 'GET /api/activities/@:handle',
      path: '/api/activities/@di',
      pages: true,
      missing: missing(
        'user_not_found',
        ...['nobody', 'x'.repeat(31), '@di', '%00', '%F0%9F%A6%89', "di'--"].map(
          (handle) => `/api/activities/@${handle}`,
        ),
      ),
    },
    {
      route: 'GET /api/activities/@:handle/status/:uuid',
      path: `/api/activities/@di/status/${crud}`,
      pages: true,
      missing: [
        ...missing(
          'activity_not_found',
          `/api/activities/@ed/status/${crud}`,
          ...lost.map((uuid) => `/api/activities/@di/status/${uuid}`),
        ),
        ...missing(
          'user_not_found',
          ...['nobody', 'x'.repeat(31), '@di', '%00'].map(
            (handle) => `/api/activities/@${handle}/status/${crud}`,
          ),
        ),
      ],
    },
    {
      route: 'GET /api/activities/:uuid',
      path: `/api/activities/${crud}`,
      pages: true,
      missing: missing('activity_not_found', ...activities()),
    },
    {
      route: 'POST /api/activities',
      viewer: true,
      body: { message: 'Hello again', ttl: '7-days' },
      refused: [
        ...crudMessage,
        ...[undefined, null, '', 'forever', 7, ['1-day'], 'constructor'].map(
          (ttl): Refused => [{ ttl }, ['ttl_blank']],
        ),
        [
          { message: '\0'.repeat(281), ttl: '2-days' },
          ['message_exceed_max_chars', 'message_invalid', 'ttl_blank'],
        ],
      ],
    },
    {
      route: 'POST /api/activities/:uuid/reply',
      path: `/api/activities/${crud}/reply`,
      viewer: true,
      body: { message: 'Hello again', activity_uuid: crud },
      missing: missing('activity_not_found', ...activities('/reply')),
      refused: longMessage,
    },
    {
      route: 'DELETE /api/activities/:uuid',
      path: `/api/activities/${crud}`,
      viewer: true,
      missing: missing('activity_not_found', ...activities()),
    },
    { route: 'GET /api/users/me', viewer: true },
    { route: 'DELETE /api/users/me', viewer: true },
    {
      route: 'GET /api/users/@:handle/short',
      path: '/api/users/@di/short',
      missing: missing(
        'user_not_found',
        ...['nobody', '@di', '%00', 'x'.repeat(31)].map((handle) => `/api/users/@${handle}/short`),
      ),
    },
    ...['PUT', 'POST'].map(
      (method): Row => ({
        route: `${method} /api/profile/update`,
        viewer: true,
        body: { display_name: 'Di', bio: '' },
        refused: profileRefused,
      }),
    ),
    { route: 'GET /api/message_groups', viewer: true, pages: true },
    {
      route: 'GET /api/messages/:message_group_uuid',
      path: `/api/messages/${group}`,
      viewer: true,
      pages: true,
      missing: missing('message_group_not_found', ...lost.map((uuid) => `/api/messages/${uuid}`)),
    },
    {
      route: 'POST /api/messages',
      viewer: true,
      body: { message: 'Hello', handle: 'ed' },
      refused: [
        ...longMessage,
        ...[undefined, null, '', ' ', 'nobody', 'di', 'DI', '@ed', 'e\0d', '\ud800', 7, {}].map(
          (handle): Refused => [{ handle }, ['user_reciever_handle_blank']],
        ),
        ...['', ' ', 7, {}].map(
          (uuid): Refused => [{ message_group_uuid: uuid }, ['message_group_uuid_blank']],
        ),
        ...['', 'nobody', 'DI'].map(
          (handle): Refused => [
            { message: '', handle },
            ['message_blank', 'user_reciever_handle_blank'],
          ],
        ),
        [{ message: '', handle: 'ED' }, ['message_blank']],
        [
          { message: '', message_group_uuid: '', handle: '' },
          ['message_blank', 'message_group_uuid_blank'],
        ],
      ],
    },
  ]
}
