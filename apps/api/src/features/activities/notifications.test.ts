import { expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'
import { callsOf } from './calls.testing.ts'

const api = await openApi()
const { crud, reply, post, read } = callsOf(api)
const names = ['di', 'ed', 'Flo', 'bob', 'bob.', 'a.b-c_d', 'gus']
const [di, ed, flo] = await Promise.all(names.map((name) => api.signUp(name)))
if (!di || !ed || !flo) throw new Error('Nobody signed up')

/** Who was told of an activity. */
const toldOf = async ({ uuid }: { uuid: string }) => {
  const rows = await api.session.query<{ handle: string }>(
    `select handle from notifications join users on users.uuid = user_uuid
     where activity_uuid = $1 order by handle collate "C"`,
    [uuid],
  )
  return rows.map(({ handle }) => handle)
}

it.each([
  ['Nobody at all', []],
  ['Hello @ed', ['ed']],
  ['Hello @ED and @fLo!', ['Flo', 'ed']],
  ['Both of @ed, @ed and (@ed)', ['ed']],
  ['I am @di myself, @ed', ['ed']],
  ['Nobody is called @nobody', []],
  ['Write to x@ed or ed@flo.example, @edé', []],
  ['It ends with @ed.', ['ed']],
  ['It ends with @ed...', ['ed']],
  ['@ed- and @gus—yes', ['ed', 'gus']],
  ['His name ends so: @bob.', ['bob.']],
  ['Two dots: @bob..', ['bob.']],
  ['A dash: @bob-', ['bob']],
  ['All of @a.b-c_d.', ['a.b-c_d']],
  ['%@ed% \'@flo\' "@gus" {@bob}', ['Flo', 'bob', 'ed', 'gus']],
])('“%s” tells %j', async (message, told) => {
  expect(await toldOf(await crud(di, message))).toEqual(told)
})

it('tells the author of what is answered, and whom the reply mentions, each once', async () => {
  const parent = await crud(di, 'Answer, all of you')
  expect(await toldOf(await reply(ed, parent.uuid, 'I do'))).toEqual(['di'])
  expect(await toldOf(await reply(ed, parent.uuid, 'I do, @di and @flo'))).toEqual(['Flo', 'di'])
})

it('tells nobody of what they wrote themselves', async () => {
  const parent = await crud(di, 'A monologue')
  expect(await toldOf(await reply(di, parent.uuid, 'Indeed, @di'))).toEqual([])
})

it('tells ten at most', async () => {
  const crowd = await Promise.all(Array.from({ length: 12 }, (_, n) => api.signUp(`crowd${n}`)))
  const message = crowd.map(({ handle }) => `@${handle}`).join(' ')
  expect(await toldOf(await crud(di, message))).toHaveLength(10)
})

it('tells with a key as without, at the time of the post', async () => {
  const body = { message: 'By key, @ed', ttl: '1-hour' }
  const answer = await read(post(di, '/api/activities', body, { 'idempotency-key': 'tells' }))
  expect(await toldOf(answer)).toEqual(['ed'])
  const [row] = await api.session.query(
    `select count(*)::int from notifications join activities on uuid = activity_uuid
     where uuid = $1 and notifications.created_at = activities.created_at`,
    [answer.uuid],
  )
  expect(row).toEqual({ count: 1 })
})

it('posts though somebody whom it mentions is leaving at that moment', async () => {
  const leaver = await api.signUp('leaver')
  await api.session.query('begin')
  await api.session.query('delete from users where uuid = $1', [leaver.uuid])
  const posted = post(di, '/api/activities', { message: 'Stay, @leaver and @ed', ttl: '1-hour' })
  await api.session.query('select pg_sleep(0.2)')
  await api.session.query('commit')
  const response = await posted
  expect(response.status).toBe(200)
  expect(await toldOf(await read(response))).toEqual(['ed'])
})
