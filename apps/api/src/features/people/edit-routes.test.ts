import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'

const api = await openApi()
type Person = Awaited<ReturnType<typeof api.signUp>>

const update = (
  { token }: Pick<Person, 'token'>,
  body: unknown,
  { method = 'PUT', key }: { method?: string; key?: string } = {},
) =>
  api.app.request('/api/profile/update', {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(key ? { 'idempotency-key': key } : {}),
    },
    body: JSON.stringify(body),
  })
const bioOf = async ({ uuid }: Person) =>
  (await api.session.query('select bio from users where uuid = $1', [uuid]))[0]?.bio

describe.each(['PUT', 'POST'])('%s /api/profile/update', (method) => {
  const name = () => `p${randomUUID().slice(0, 8)}`

  it('changes the viewer’s name and bio, and nobody else’s, whoever the body names', async () => {
    const [di, ed] = [await api.signUp(name()), await api.signUp(name())]
    const body = { display_name: ' Di 🦉 ', bio: 'Owls.\n', handle: 'root', uuid: ed.uuid }
    const response = await update(di, { ...body, user_handle: ed.handle }, { method })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      uuid: di.uuid,
      handle: di.handle,
      display_name: ' Di 🦉 ',
      bio: 'Owls.\n',
    })
    expect(await (await ed.get('/api/users/me')).json()).toMatchObject({
      display_name: ed.handle,
      bio: null,
    })
  })

  it.each([[undefined], [null], ['']])('stores a bio of %j as an empty one', async (bio) => {
    const di = await api.signUp(name())
    const response = await update(di, { display_name: 'Di', bio }, { method })
    expect(await response.json()).toMatchObject({ bio: '' })
    expect(await bioOf(di)).toBe('')
  })

  it('takes as many code points as there may be', async () => {
    const di = await api.signUp(name())
    const body = { display_name: '🦉'.repeat(100), bio: '𝔻'.repeat(1000) }
    const response = await update(di, body, { method })
    expect(await response.json()).toMatchObject(body)
  })

  it.each<[unknown, string[]]>([
    [{}, ['display_name_blank']],
    [{ display_name: null }, ['display_name_blank']],
    [{ display_name: '' }, ['display_name_blank']],
    [{ display_name: ' \u3000\n' }, ['display_name_blank']],
    [{ display_name: 7 }, ['display_name_invalid']],
    [{ display_name: ['Di'] }, ['display_name_invalid']],
    [{ display_name: 'D\0i' }, ['display_name_invalid']],
    [{ display_name: '\ud800' }, ['display_name_invalid']],
    [{ display_name: 'x'.repeat(101) }, ['display_name_exceed_max_chars']],
    [{ display_name: 'Di', bio: 'x'.repeat(1001) }, ['bio_exceed_max_chars']],
    [{ display_name: 'Di', bio: {} }, ['bio_invalid']],
    [
      { display_name: ' '.repeat(101), bio: '\0'.repeat(1001) },
      [
        'display_name_blank',
        'display_name_exceed_max_chars',
        'bio_exceed_max_chars',
        'bio_invalid',
      ],
    ],
  ])('refuses %j', async (body, codes) => {
    const di = await api.signUp(name())
    const response = await update(di, body, { method })
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual(codes)
    expect(await bioOf(di)).toBeNull()
  })

  it('refuses a body that is no object', async () => {
    const response = await update(await api.signUp(name()), [], { method })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual(['body_malformed'])
  })

  it('refuses whoever is not signed in', async () => {
    const response = await update({ token: 'null' }, { display_name: 'Di' }, { method })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual(['generic_401'])
  })
})

it('shows a new name on everything at once', async () => {
  const di = await api.signUp('di')
  await api.session.query("insert into activities (user_uuid, message) values ($1, 'Hello')", [
    di.uuid,
  ])
  await update(di, { display_name: 'Di the Second' })
  const read = async (path: string): Promise<unknown> => (await api.get(path)).json()
  const name = { handle: 'di', display_name: 'Di the Second' }
  expect(await read('/api/activities/home')).toMatchObject([name])
  expect(await read('/api/activities/@di')).toMatchObject({ profile: name, activities: [name] })
  expect(await read('/api/users/@di/short')).toMatchObject(name)
})

describe('an Idempotency-Key', () => {
  it('answers the same again, also to many at once, and changes nothing later', async () => {
    const ed = await api.signUp('ed')
    const once = { method: 'POST', key: randomUUID() }
    const body = { display_name: 'Edward', bio: 'First' }
    const responses = await Promise.all(Array.from({ length: 20 }, () => update(ed, body, once)))
    const answers = await Promise.all(responses.map((response) => response.text()))
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers).size).toBe(1)
    await update(ed, { display_name: 'Eddie', bio: 'Second' })
    expect(await (await update(ed, body, once)).text()).toBe(answers[0])
    expect(await bioOf(ed)).toBe('Second')
  })

  it('is refused for another body, and is another’s own', async () => {
    const [flo, gil] = [await api.signUp('flo'), await api.signUp('gil')]
    const once = { method: 'POST', key: 'one' }
    await update(flo, { display_name: 'Flo' }, once)
    const reused = await update(flo, { display_name: 'Flora' }, once)
    expect(reused.status).toBe(422)
    expect(await reused.json()).toEqual(['idempotency_key_reused'])
    const others = await update(gil, { display_name: 'Gil' }, once)
    expect(await others.json()).toMatchObject({ handle: 'gil', display_name: 'Gil' })
  })
})

describe('GET /api/users/@:handle/short', () => {
  it('answers who has the handle, in whatever case', async () => {
    const { uuid } = await api.signUp('Hal')
    const response = await api.get('/api/users/@hAL/short')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ uuid, handle: 'Hal', display_name: 'Hal' })
  })

  it.each(['@nobody', '@%00', '@a%20b', '@@hal'])('knows nobody as %s', async (handle) => {
    const response = await api.get(`/api/users/${handle}/short`)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual(['user_not_found'])
  })
})
