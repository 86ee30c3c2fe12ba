import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openWorld, type Sent } from './contract-routes.ts'

const { send, di, crud, sent } = await openWorld()
const { token } = di

/** The same runs every time; a failure is made small. */
const check = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => Promise<void>) =>
  fc.assert(fc.asyncProperty(arbitrary, holds), { numRuns: 60, seed: 280 })

const signs = [
  ...['\0', '\ud800', '\udc00', '\ud83e', '\uffff', '\ufeff', '\u{10ffff}', '\x7f', '\u0085'],
  ...['\u202e', '\u200f', 'שלום', 'e\u0301', '\u0301', 'ﷺ', '🦉', '👩‍👩‍👧‍👦', '𝔻', 'ß', 'İ'],
  ...[' ', '\n', '\t', '\u00a0', '\u2028', '\u3000', '\u200b'],
  ...['"', '\\', "'; --", '$1', '%', '{}', '\\u0000', '<b>', '@di', '@ed', 'a'],
]
const sign = fc.constantFrom(...signs)

const textUpTo = (max: number) =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.string({ unit: 'grapheme', maxLength: 50 }),
    fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 5 }),
    fc.array(sign, { maxLength: 12 }).map((parts) => parts.join('')),
    fc
      .tuple(sign, fc.integer({ min: max - 1, max: max + 1 }))
      .map(([each, count]) => each.repeat(count)),
    fc.tuple(sign, fc.nat(2_000)).map(([each, count]) => each.repeat(count)),
  )

// White space by Unicode’s list, and U+FEFF, which JavaScript trims.
const white = /^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*$/

const isText = (text: string) => Buffer.from(text).toString() === text && !text.includes('\0')

const percentEncoded = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

interface Field {
  field: string
  method?: string
  path: string
  max: number
  mayBeBlank?: boolean
  rest?: Record<string, unknown>
  /** Where it is read again, and what to take of that. */
  readFrom: (answer: { uuid: string }) => string
  read: (found: never) => unknown
}

const fields: Field[] = [
  {
    field: 'message',
    path: '/api/activities',
    rest: { ttl: '1-hour' },
    max: 280,
    readFrom: ({ uuid }) => `/api/activities/${uuid}`,
    read: ({ activity }: { activity: { message: string } }) => activity.message,
  },
  {
    field: 'message',
    path: `/api/activities/${crud.uuid}/reply`,
    max: 1024,
    readFrom: ({ uuid }) => `/api/activities/@di/status/${uuid}`,
    read: ({ activity }: { activity: { message: string } }) => activity.message,
  },
  {
    field: 'message',
    path: '/api/messages',
    rest: { handle: 'ed' },
    max: 1024,
    readFrom: () => `/api/messages/${sent.message_group_uuid}?limit=100`,
    read: (found: { message: string }[]) => found.at(-1)?.message,
  },
  {
    field: 'display_name',
    method: 'PUT',
    path: '/api/profile/update',
    max: 100,
    readFrom: () => '/api/users/@di/short',
    read: ({ display_name }: { display_name: string }) => display_name,
  },
  {
    field: 'bio',
    method: 'PUT',
    path: '/api/profile/update',
    rest: { display_name: 'di' },
    max: 1000,
    mayBeBlank: true,
    readFrom: () => '/api/users/me',
    read: ({ bio }: { bio: string }) => bio,
  },
]

describe('a text is stored and answered as it is, or refused', () => {
  it.each(fields)('$field of $path', async ({ field, method = 'POST', path, ...about }) => {
    await check(textUpTo(about.max), async (text) => {
      const response = await send(method, path, { token, body: { ...about.rest, [field]: text } })
      const answer = (await response.json()) as { uuid: string } & Record<string, string>
      const isBlank = white.test(text) && !about.mayBeBlank
      if (isBlank || !isText(text) || Array.from(text).length > about.max) {
        expect([response.status, answer]).toEqual([422, expect.any(Array)])
        return
      }
      expect(response.status).toBe(200)
      expect(answer[field]).toBe(text)
      const found = await send('GET', about.readFrom(answer), { token })
      expect(about.read((await found.json()) as never)).toBe(text)
    })
  })
})

/** What may be answered to anything at all; 500 is not among it. */
async function answerOf(method: string, path: string, given: Sent = {}) {
  const response = await send(method, path, { token, ...given })
  const text = await response.text()
  expect([200, 404, 422], `${method} ${path}: ${text}`).toContain(response.status)
  return { status: response.status, answer: JSON.parse(text) as unknown }
}

describe('nothing at all is a 500', () => {
  it('in a path or a query, whether or not its bytes are any character', async () => {
    const places = [
      ...['activities/search?term=', 'activities/search?term=a&cursor=', 'activities/home?cursor='],
      ...['activities/home?limit=', 'activities/@', 'activities/', 'users/@', 'messages/'],
    ]
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 8 })
    const texts = textUpTo(50).map((text) => Buffer.from(text.slice(0, 200)))
    const ends = fc.constantFrom('', '/short', `/status/${crud.uuid}`)
    const all = fc.tuple(fc.constantFrom(...places), fc.oneof(bytes, texts), ends)
    await check(
      all.map(([place, part, end]) => `/api/${place}${percentEncoded(part)}${end}`),
      async (path) => {
        await answerOf('GET', path)
      },
    )
  })

  it('in the name of a receiver, a group or a lifetime', async () => {
    await check(textUpTo(36), async (text) => {
      // Three times over, a very long text would be too large a body.
      const body = { message: 'Hello', handle: text.slice(0, 3_000), ttl: text.slice(0, 3_000) }
      await answerOf('POST', '/api/activities', { body })
      await answerOf('POST', '/api/messages', { body })
      await answerOf('POST', '/api/messages', {
        body: { ...body, message_group_uuid: text.slice(0, 3_000) },
      })
    })
  })

  it('in an Idempotency-Key: the same answer twice', async () => {
    const unit = fc.integer({ min: 0x21, max: 0xff }).map((byte) => String.fromCharCode(byte))
    await check(fc.string({ unit, minLength: 1, maxLength: 3_000 }), async (key) => {
      const body = { message: 'Keyed', handle: 'ed' }
      const given = { body, headers: { 'idempotency-key': key } }
      const first = await answerOf('POST', '/api/messages', given)
      expect(first.status).toBe(200)
      expect(await answerOf('POST', '/api/messages', given)).toEqual(first)
    })
  })

  it('as JSON of whatever form in any field', async () => {
    const names = [
      ...['message', 'ttl', 'handle', 'message_group_uuid', 'display_name', 'bio'],
      ...['__proto__', 'constructor', 'toString'],
    ]
    const routes = [
      ['POST', '/api/activities'],
      ['POST', `/api/activities/${crud.uuid}/reply`],
      ['POST', '/api/messages'],
      ['PUT', '/api/profile/update'],
    ] as const
    const bodies = fc.dictionary(fc.constantFrom(...names), fc.jsonValue())
    const all = fc.tuple(fc.constantFrom(...routes), bodies)
    await check(all, async ([[method, path], body]) => {
      await answerOf(method, path, { body })
    })
  })
})
