import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'
import { callsOf } from './calls.testing.ts'

const api = await openApi()
const { post, crud, read } = callsOf(api)
const [di, ed] = [await api.signUp('di'), await api.signUp('ed')]
const path = '/api/activities'
const hour = 60 * 60 * 1000

const countCruds = async () =>
  (await api.session.query('select count(*)::int from activities'))[0]?.count

describe('POST /api/activities', () => {
  it('answers the crud as the front end shows it', async () => {
    const response = await post(di, path, { message: 'Hello', ttl: '7-days' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    const answer = await response.json()
    expect(answer).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      handle: 'di',
      display_name: 'di',
      message: 'Hello',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      replies_count: 0,
      reposts_count: 0,
      likes_count: 0,
      reply_to_activity_uuid: null,
    })
    expect(await (await api.get('/api/activities/home?limit=1')).json()).toEqual([answer])
  })

  it.each([
    ['30-days', 720],
    ['7-days', 168],
    ['3-days', 72],
    ['1-day', 24],
    ['12-hours', 12],
    ['3-hours', 3],
    ['1-hour', 1],
  ])('lets it live for %s', async (ttl, hours) => {
    const { created_at, expires_at } = await crud(di, `For ${ttl}`, ttl)
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(hours * hour)
  })

  it('takes identity from the token alone, and ignores what it does not know', async () => {
    const answer = await read(
      post(di, path, {
        message: 'Mine',
        ttl: '1-hour',
        user_handle: 'ed',
        user_uuid: ed.uuid,
        uuid: randomUUID(),
        replies_count: 7,
        created_at: '2020-01-01T00:00:00Z',
      }),
    )
    expect(answer).toMatchObject({ handle: 'di', replies_count: 0 })
    expect(Date.now() - Date.parse(answer.created_at)).toBeLessThan(60_000)
  })

  it('wants a viewer', async () => {
    const response = await api.app.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer null' },
      body: JSON.stringify({ message: 'Who am I?', ttl: '1-hour' }),
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual(['generic_401'])
  })

  const ttl = '1-hour'
  it.each<[string, unknown, string[]]>([
    ['nothing', {}, ['message_blank', 'ttl_blank']],
    ['no message', { ttl }, ['message_blank']],
    ['a message of null', { message: null, ttl }, ['message_blank']],
    ['an empty message', { message: '', ttl }, ['message_blank']],
    ['white space', { message: ' \n\t\u3000', ttl }, ['message_blank']],
    ['281 characters', { message: '🎉'.repeat(281), ttl }, ['message_exceed_max_chars']],
    [
      '281 spaces',
      { message: ' '.repeat(281), ttl },
      ['message_blank', 'message_exceed_max_chars'],
    ],
    ['U+0000', { message: 'a\0b', ttl }, ['message_invalid']],
    ['a lone surrogate', '{"message":"a\\ud800b","ttl":"1-hour"}', ['message_invalid']],
    ['a number', { message: 7, ttl }, ['message_invalid']],
    ['a list', { message: ['a'], ttl }, ['message_invalid']],
    ['another ttl', { message: 'a', ttl: '2-days' }, ['ttl_blank']],
    ['a ttl of no own', { message: 'a', ttl: 'constructor' }, ['ttl_blank']],
    ['no ttl', { message: 'a' }, ['ttl_blank']],
    ['a numeric ttl', { message: 'a', ttl: 1 }, ['ttl_blank']],
    [
      'all of it',
      { message: 'a\0'.repeat(200), ttl: '' },
      ['message_exceed_max_chars', 'message_invalid', 'ttl_blank'],
    ],
  ])('refuses %s', async (_, body, codes) => {
    const before = await countCruds()
    const response = await post(di, path, body)
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual(codes)
    expect(await countCruds()).toBe(before)
  })

  it.each<[string, string, string, number, string]>([
    ['half a body', '{"message":', 'application/json', 400, 'body_malformed'],
    ['a list for a body', '[]', 'application/json', 400, 'body_malformed'],
    ['null for a body', 'null', 'application/json', 400, 'body_malformed'],
    ['a form', 'message=a', 'application/x-www-form-urlencoded', 415, 'content_type_unsupported'],
    ['64 KiB and more', `"${'a'.repeat(66_000)}"`, 'application/json', 413, 'body_too_large'],
  ])('refuses %s', async (_, body, type, status, code) => {
    const response = await post(di, path, body, { 'content-type': type })
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual([code])
  })

  it('takes 280 characters of any plane', async () => {
    const message = '🎉'.repeat(280)
    expect(await crud(di, message)).toMatchObject({ message })
  })

  it('stores any text unchanged, or says 422', async () => {
    const texts = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(texts, async (message) => {
        const response = await post(di, path, { message, ttl })
        if (response.status === 200) expect(await response.json()).toMatchObject({ message })
        else expect(response.status).toBe(422)
      }),
      { numRuns: 60 },
    )
  })

  it('answers 401 for a person whose row went a moment ago', async () => {
    const flo = await api.signUp('flo')
    await crud(flo, 'Farewell')
    await api.session.query('delete from activities where user_uuid = $1', [flo.uuid])
    await api.session.query('delete from users where uuid = $1', [flo.uuid])
    const response = await post(flo, path, { message: 'Am I gone?', ttl })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual(['generic_401'])
  })
})
