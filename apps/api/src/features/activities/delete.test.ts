import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'
import { callsOf } from './calls.testing.ts'

const api = await openApi()
const { crud, reply, remove } = callsOf(api)
const [di, ed] = [await api.signUp('di'), await api.signUp('ed')]

const countReplies = async (uuid: string) =>
  (await api.session.query('select replies_count from activities where uuid = $1', [uuid]))[0]
    ?.replies_count
const statusOf = async (uuid: string) => (await api.get(`/api/activities/${uuid}`)).status

describe('DELETE /api/activities/:uuid', () => {
  it('takes a crud away with all that answers it', async () => {
    const parent = await crud(di, 'To be deleted, @ed')
    const answer = await reply(ed, parent.uuid, 'Pity')
    const second = await reply(di, answer.uuid, 'It is')
    const response = await remove(di, parent.uuid)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ uuid: parent.uuid })
    for (const { uuid } of [parent, answer, second]) expect(await statusOf(uuid)).toBe(404)
    const left = await api.session.query(
      'select 1 from notifications union all select 1 from recent_posts',
    )
    expect(left).toEqual([])
  })

  it('lets the counter of what was answered follow', async () => {
    const parent = await crud(di, 'Counting')
    const [first, second] = [
      await reply(ed, parent.uuid, 'One'),
      await reply(di, parent.uuid, 'Two'),
    ]
    await reply(di, first.uuid, 'Not counted above')
    expect(await countReplies(parent.uuid)).toBe(2)
    expect((await remove(ed, first.uuid)).status).toBe(200)
    expect(await countReplies(parent.uuid)).toBe(1)
    expect(await statusOf(second.uuid)).toBe(200)
  })

  it('takes it away once, however many ask', async () => {
    const parent = await crud(di, 'Once is enough')
    const answer = await reply(ed, parent.uuid, 'Delete me')
    const responses = await Promise.all(Array.from({ length: 30 }, () => remove(ed, answer.uuid)))
    const statuses = responses.map(({ status }) => status).toSorted()
    expect(statuses).toEqual([200, ...Array(29).fill(404)])
    expect(await countReplies(parent.uuid)).toBe(0)
  })

  it('is for the author alone, the author of what is answered included', async () => {
    const parent = await crud(di, 'Mine')
    const answer = await reply(ed, parent.uuid, 'And this is mine')
    for (const [person, { uuid }] of [
      [ed, parent],
      [di, answer],
    ] as const) {
      const response = await remove(person, uuid)
      expect(response.status).toBe(404)
      expect(await response.json()).toEqual(['activity_not_found'])
      expect(await statusOf(uuid)).toBe(200)
    }
    expect(await countReplies(parent.uuid)).toBe(1)
  })

  it.each([randomUUID(), 'no-uuid', '0%00'])('knows no crud %s', async (uuid) => {
    const response = await remove(di, uuid)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual(['activity_not_found'])
  })

  it('knows no crud that has expired', async () => {
    const { uuid } = await crud(di, 'Expired')
    await api.session.query('update activities set expires_at = now() where uuid = $1', [uuid])
    expect((await remove(di, uuid)).status).toBe(404)
  })

  it('wants a viewer', async () => {
    const { uuid } = await crud(di, 'Safe')
    const response = await api.app.request(`/api/activities/${uuid}`, { method: 'DELETE' })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual(['generic_401'])
    expect(await statusOf(uuid)).toBe(200)
  })
})
