import { describe, expect, it } from 'vitest'
import { expectCodes, openWorld } from './contract-routes.ts'

const { api, send, write, di, ed, crud, reply } = await openWorld()

const textOf = async (path: string, token?: string) => {
  const response = await send('GET', path, { token })
  expect(response.status, path).toBe(200)
  return response.text()
}
const lists = [
  '/api/activities/home',
  '/api/activities/notifications',
  '/api/activities/search?term=hello',
  '/api/activities/search?term=%40di',
  '/api/activities/search?term=%40ed',
  '/api/activities/@di',
  '/api/activities/@ed',
]
/** Everything that a list says, to either of the two. */
const readLists = async () => {
  const texts = await Promise.all(
    [di, ed].flatMap(({ token }) => lists.map((path) => textOf(path, token))),
  )
  return texts.join('\n')
}
const expire = (uuid = '', when = "now() - interval '1 second'") =>
  api.session.query(
    `update activities set created_at = created_at - interval '1 day', expires_at = ${when}
     where uuid = $1 or reply_to_activity_uuid = $1`,
    [uuid],
  )

describe('once its time is over', () => {
  it('no list answers a crud, nor what answers it', async () => {
    const before = await readLists()
    expect(before).toContain(crud.uuid)
    expect(before).toContain(reply.uuid)
    expect(before).toContain('"cruds_count":1')
    await expire(crud.uuid)
    const after = await readLists()
    expect(after).not.toContain(crud.uuid)
    expect(after).not.toContain(reply.uuid)
    expect(after).not.toContain('"cruds_count":1')
    expect(await textOf('/api/users/me', di.token)).toContain('"cruds_count":0')
  })

  it.each(
    [crud, reply].flatMap(({ uuid, handle }) => [
      ['GET', `/api/activities/${uuid}`],
      ['GET', `/api/activities/@${handle}/status/${uuid}`],
      ['POST', `/api/activities/${uuid}/reply`],
      ['DELETE', `/api/activities/${uuid}`],
    ]),
  )('%s %s is a 404, to its author too', async (method = '', path = '') => {
    for (const { token } of [di, ed]) {
      const body = method === 'POST' ? { message: 'Too late' } : undefined
      await expectCodes(await send(method, path, { token, body }), 404, ['activity_not_found'])
    }
  })

  it('its key answers 404, and the same text is posted anew', async () => {
    const body = { message: 'Twice', ttl: '1-hour' }
    const headers = { 'idempotency-key': 'kept' }
    const keyed = () => send('POST', '/api/activities', { token: di.token, body, headers })
    const { uuid } = (await (await keyed()).json()) as { uuid: string }
    await expire(uuid)
    await expectCodes(await keyed(), 404, ['activity_not_found'])

    const first = await write('/api/activities', body, di)
    expect(await write('/api/activities', body, di)).toEqual(first)
    await expire(first.uuid)
    const second = await write('/api/activities', body, di)
    expect(second.uuid).not.toBe(first.uuid)
    await expire(second.uuid)
  })
})

it('a reply whose time is over leaves its thread', async () => {
  const parent = await write('/api/activities', { message: 'Hello, all', ttl: '1-hour' }, di)
  const path = `/api/activities/${parent.uuid}`
  const answer = await write(`${path}/reply`, { message: 'Hello, di' }, ed)
  expect(await textOf(path)).toContain(answer.uuid)
  await expire(answer.uuid)
  expect(await textOf(path)).not.toContain(answer.uuid)
  expect(await readLists()).not.toContain(answer.uuid)
})

it('a page that was begun goes on without what has expired since', async () => {
  const posted: (string | undefined)[] = []
  const person = await api.signUp('pages')
  for (const message of ['One', 'Two', 'Three', 'Four']) {
    posted.push((await write('/api/activities', { message, ttl: '1-hour' }, person)).uuid)
  }
  const first = await send('GET', '/api/activities/@pages?limit=2')
  const next = /<(.+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
  await expire(posted[1])
  const rest = await textOf(next)
  expect(rest).not.toContain(posted[1])
  expect(rest).toContain(posted[0])
})

it('is over to the very moment', async () => {
  const { uuid } = await write('/api/activities', { message: 'A moment', ttl: '1-hour' }, di)
  const [row] = await api.session.query<{ at: string }>(
    `update activities set expires_at = now() + interval '1500 milliseconds'
     where uuid = $1 returning to_json(expires_at)#>>'{}' as at`,
    [uuid ?? ''],
  )
  const clock = async () => {
    const [{ late } = { late: 0 }] = await api.session.query<{ late: number }>(
      'select extract(epoch from clock_timestamp() - $1::timestamptz)::float8 * 1000 as late',
      [row?.at ?? ''],
    )
    return late
  }
  const seen = { live: 0, gone: 0 }
  while (seen.gone < 3) {
    const before = await clock()
    const { status } = await send('GET', `/api/activities/${uuid}`)
    const after = await clock()
    if (after < 0) expect(status).toBe(200)
    if (before >= 0) expect(status).toBe(404)
    if (after < 0) seen.live++
    if (before >= 0) seen.gone++
  }
  expect(seen.live).toBeGreaterThan(0)
})

it('lives on where no time is set, as in old rows', async () => {
  const { uuid } = await write('/api/activities', { message: 'For ever', ttl: '1-hour' }, di)
  await api.session.query('update activities set expires_at = null where uuid = $1', [uuid ?? ''])
  expect(await textOf(`/api/activities/${uuid}`)).toContain('"expires_at":null')
  expect(await readLists()).toContain(uuid)
})
