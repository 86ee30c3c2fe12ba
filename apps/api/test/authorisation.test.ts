import { describe, expect, it } from 'vitest'
import { openApi } from './harness.ts'

const api = await openApi()

interface Owned {
  handle: string
  uuid: string
  crud: string
  reply: string
  group: string
}

async function insert(statement: string, values: string[]): Promise<string> {
  const [row] = await api.session.query<{ uuid: string }>(`${statement} returning uuid`, values)
  return row?.uuid ?? ''
}

// Flo and gil have one of everything; eve signs in as herself and wants theirs.
const [flo, gil, eve] = [await api.signUp('flo'), await api.signUp('gil'), await api.signUp('eve')]
const crud = await insert(
  "insert into activities (user_uuid, message, replies_count) values ($1, 'Flo’s', 1)",
  [flo.uuid],
)
const own: Owned = {
  handle: flo.handle,
  uuid: flo.uuid,
  crud,
  reply: await insert(
    `insert into activities (user_uuid, message, reply_to_activity_uuid) values ($1, 'Gil’s', $2)`,
    [gil.uuid, crud],
  ),
  group: await insert(
    'insert into message_groups (first_user_uuid, second_user_uuid) values (least($1::uuid, $2), greatest($1::uuid, $2))',
    [flo.uuid, gil.uuid],
  ),
}
await insert(
  "insert into messages (message_group_uuid, user_uuid, message) values ($1, $2, 'Between us')",
  [own.group, flo.uuid],
)
await api.session.query('insert into notifications (user_uuid, activity_uuid) values ($1, $2)', [
  flo.uuid,
  own.reply,
])

/** All that is flo's and gil's, as the database has it. */
const readTheirs = async () => {
  const rows = []
  for (const statement of [
    'select * from users where uuid = any(array[$1::uuid, $2])',
    'select * from activities where user_uuid = any(array[$1::uuid, $2]) order by uuid',
    'select * from notifications where user_uuid = any(array[$1::uuid, $2])',
    `select * from message_groups where first_user_uuid = any(array[$1::uuid, $2])
      or second_user_uuid = any(array[$1::uuid, $2])`,
    `select messages.* from messages join message_groups on message_groups.uuid = message_group_uuid
      where first_user_uuid = any(array[$1::uuid, $2])`,
  ]) {
    rows.push(await api.session.query(statement, [flo.uuid, gil.uuid]))
  }
  return rows
}

interface Attempt {
  /** As the router has it, without the patterns. */
  route: string
  path?: string
  body?: unknown
  /** What eve is answered. */
  status: number
  codes?: string[]
  /** Anybody may, so nobody is asked who they are. */
  open?: boolean
}

const hostile = { uuid: own.uuid, user_uuid: own.uuid, user_handle: own.handle, sub: flo.sub }

const attempts: Attempt[] = [
  { route: 'GET /api/activities/:handle', path: '/api/activities/@flo', status: 200, open: true },
  { route: 'GET /api/users/:handle/short', path: '/api/users/@flo/short', status: 200, open: true },
  {
    route: 'GET /api/activities/:handle/status/:uuid',
    path: `/api/activities/@flo/status/${own.crud}`,
    status: 200,
    open: true,
  },
  {
    route: 'GET /api/activities/:uuid',
    path: `/api/activities/${own.crud}`,
    status: 200,
    open: true,
  },
  { route: 'GET /api/users/me', path: `/api/users/me?uuid=${own.uuid}`, status: 200 },
  { route: 'GET /api/activities/notifications', status: 200 },
  { route: 'GET /api/message_groups', status: 200 },
  {
    route: 'PUT /api/profile/update',
    body: { ...hostile, handle: own.handle, display_name: 'Eve', bio: 'Mine' },
    status: 200,
  },
  { route: 'POST /api/profile/update', body: { ...hostile, display_name: 'Eve' }, status: 200 },
  {
    route: 'DELETE /api/activities/:uuid',
    path: `/api/activities/${own.crud}`,
    status: 404,
    codes: ['activity_not_found'],
  },
  {
    route: 'DELETE /api/activities/:uuid',
    path: `/api/activities/${own.reply}`,
    status: 404,
    codes: ['activity_not_found'],
  },
  {
    route: 'GET /api/messages/:message_group_uuid',
    path: `/api/messages/${own.group}`,
    status: 404,
    codes: ['message_group_not_found'],
  },
  {
    route: 'POST /api/messages',
    body: { ...hostile, message: 'Let me in', message_group_uuid: own.group, handle: 'gil' },
    status: 404,
    codes: ['message_group_not_found'],
  },
  // The last, for eve is gone with it.
  {
    route: 'DELETE /api/users/me',
    path: `/api/users/me?uuid=${own.uuid}`,
    body: hostile,
    status: 200,
  },
]

const call = ({ route, path, body }: Attempt, headers: Record<string, string> = {}) => {
  const [method = '', pattern = ''] = route.split(' ')
  return api.app.request(path ?? pattern, {
    method,
    headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
}

describe('nobody reads or changes what is another’s', async () => {
  const before = await readTheirs()

  it.each(attempts)('$route: $status for another, with $body', async (attempt) => {
    const response = await call(attempt, { authorization: `Bearer ${eve.token}` })
    const text = await response.text()
    expect(response.status, text).toBe(attempt.status)
    if (attempt.codes) expect(JSON.parse(text)).toEqual(attempt.codes)
    expect(text).not.toContain('Between us')
    if (!attempt.open && response.status === 200) expect(text).not.toContain(own.uuid)
    expect(await readTheirs()).toEqual(before)
  })

  it.each(attempts)('$route: without a token only what is open', async (attempt) => {
    const response = await call(attempt)
    expect(response.status).toBe(attempt.open ? attempt.status : 401)
    if (!attempt.open) expect(await response.json()).toEqual(['generic_401'])
    expect(await readTheirs()).toEqual(before)
  })
})

// Anybody may answer anybody's crud, as themselves: its own tests show as whom.
const elsewhere = ['POST /api/activities/:uuid/reply']

it('has a row for every route with an id', () => {
  const withId = api.app.routes
    .filter(({ method, path }) => method !== 'ALL' && path.includes(':'))
    .map(({ method, path }) => `${method} ${path.replace(/\{[^}]*\}/g, '')}`)
  const rows = new Set([...elsewhere, ...attempts.map(({ route }) => route)])
  expect(withId.filter((route) => !rows.has(route))).toEqual([])
})
