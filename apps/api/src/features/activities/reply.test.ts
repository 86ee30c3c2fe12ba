import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'
import { callsOf } from './calls.testing.ts'

const api = await openApi()
const { post, crud, reply, read } = callsOf(api)
const [di, ed] = [await api.signUp('di'), await api.signUp('ed')]
const pathOf = (uuid: string) => `/api/activities/${uuid}/reply`

const repliesOf = async (uuid: string) => {
  const [row] = await api.session.query(
    `select replies_count, (select count(*)::int from activities as reply
      where reply.reply_to_activity_uuid = activities.uuid) as replies
     from activities where uuid = $1`,
    [uuid],
  )
  return row
}

describe('POST /api/activities/:uuid/reply', () => {
  it('answers the reply, which lives as long as the crud, and counts it', async () => {
    const parent = await crud(di, 'Anybody there?', '12-hours')
    const response = await post(ed, pathOf(parent.uuid), {
      activity_uuid: randomUUID(),
      message: 'Me',
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      handle: 'ed',
      display_name: 'ed',
      message: 'Me',
      created_at: expect.stringMatching(/Z$/),
      expires_at: parent.expires_at,
      replies_count: 0,
      reposts_count: 0,
      likes_count: 0,
      reply_to_activity_uuid: parent.uuid,
    })
    expect(await repliesOf(parent.uuid)).toEqual({ replies_count: 1, replies: 1 })
  })

  it('answers a reply as well as a crud, in whatever case its uuid is written', async () => {
    const parent = await crud(di, 'A first word')
    const first = await reply(ed, parent.uuid.toUpperCase(), 'A second')
    const second = await reply(di, first.uuid, 'A third')
    expect(second).toMatchObject({
      reply_to_activity_uuid: first.uuid,
      expires_at: parent.expires_at,
    })
    expect(await repliesOf(first.uuid)).toEqual({ replies_count: 1, replies: 1 })
    expect(await repliesOf(parent.uuid)).toEqual({ replies_count: 1, replies: 1 })
  })

  it('takes identity from the token alone', async () => {
    const parent = await crud(di, 'Who answers?')
    const answer = await read(
      post(ed, pathOf(parent.uuid), { message: 'I', user_handle: 'di', user_uuid: di.uuid }),
    )
    expect(answer.handle).toBe('ed')
  })

  it('takes 1024 characters of any plane', async () => {
    const { uuid } = await crud(di, 'Say more')
    const message = '🎉'.repeat(1024)
    expect(await reply(ed, uuid, message)).toMatchObject({ message })
  })

  it('wants a viewer, before anything else is looked at', async () => {
    const response = await api.app.request(pathOf('no-uuid'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual(['generic_401'])
  })

  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['message_blank']],
    ['white space', { message: ' \n ' }, ['message_blank']],
    ['1025 characters', { message: 'é'.repeat(1025) }, ['message_exceed_max_chars_1024']],
    ['U+0000', { message: '\0' }, ['message_invalid']],
    ['an object', { message: {} }, ['message_invalid']],
    [
      'too much that is wrong',
      { message: '\0'.repeat(1025) },
      ['message_exceed_max_chars_1024', 'message_invalid'],
    ],
  ])('refuses %s', async (what, body, codes) => {
    const parent = await crud(di, `Refuse ${what}`)
    const response = await post(ed, pathOf(parent.uuid), body)
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual(codes)
    expect(await repliesOf(parent.uuid)).toEqual({ replies_count: 0, replies: 0 })
  })

  it.each([
    randomUUID(),
    'home',
    'no-uuid',
    '%00',
    "'%20or%201=1",
    '0a4c8a1e11d74d608a511c35b8f1e003',
    '{0a4c8a1e-11d7-4d60-8a51-1c35b8f1e003}',
    `${randomUUID()}x`,
  ])('knows no crud %s', async (uuid) => {
    const response = await post(ed, pathOf(uuid), { message: 'To nobody' })
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual(['activity_not_found'])
  })

  it('does not answer what has expired', async () => {
    const parent = await crud(di, 'Too late')
    await api.session.query('update activities set expires_at = now() where uuid = $1', [
      parent.uuid,
    ])
    const response = await post(ed, pathOf(parent.uuid), { message: 'Hello?' })
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual(['activity_not_found'])
    expect(await repliesOf(parent.uuid)).toEqual({ replies_count: 0, replies: 0 })
  })
})
