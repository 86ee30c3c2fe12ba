import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'

const api = await openApi()
await api.seed()

const pathOf = (term: string, rest = '') =>
  `/api/activities/search?term=${encodeURIComponent(term)}${rest}`

async function search(path: string) {
  const response = await api.get(path)
  expect(response.status).toBe(200)
  const next = /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
  return { activities: (await response.json()) as { handle: string; message: string }[], next }
}

const messages = async (term: string) =>
  (await search(pathOf(term))).activities.map(({ message }) => message)

describe('GET /api/activities/search', () => {
  it('answers what matches, as Activities, replies included', async () => {
    const { activities, next } = await search(pathOf('exactly flossing'))
    expect(next).toBeUndefined()
    expect(activities).toEqual([
      {
        uuid: '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e003',
        handle: 'andrewbrown',
        display_name: 'Andrew Brown',
        message: 'Opened port 5432 to exactly one address today. It felt like flossing.',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        replies_count: 2,
        reposts_count: 0,
        likes_count: 0,
        reply_to_activity_uuid: null,
      },
    ])
    expect(await messages('nice try')).toEqual(['Nice try.'])
  })

  it.each([
    ['migra', 'A migration that cannot be run twice will be run twice.'],
    ['migartion twice', 'A migration that cannot be run twice will be run twice.'],
    ['@londo Yaml', 'There comes a time when you look into the mirror and see a YAML file.'],
    [
      '“breaking” 🎉',
      'Read the release notes, found my own bug in “breaking changes”. Fame at last. 🎉',
    ],
  ])('finds by %s', async (term, message) => {
    expect(await messages(term)).toEqual([message])
  })

  it('answers an empty list where nothing matches', async () => {
    expect(await messages('rhinoceros')).toEqual([])
    expect(await messages('@nobody')).toEqual([])
    expect(await messages('&|!')).toEqual([])
  })

  it('reads anybody, as home does', async () => {
    const response = await api.get(pathOf('cloud'), { authorization: 'Bearer null' })
    expect(response.status).toBe(200)
  })

  it('is walked along Link, while others post', async () => {
    const di = await api.signUp('di')
    const post = (count: number) =>
      api.session.query(
        `insert into activities (user_uuid, message, expires_at)
         select $1, 'Ships number ' || n, now() + interval '1 hour' from generate_series(1, $2::int) as n`,
        [di.uuid, count],
      )
    await post(61)
    const { activities: all } = await search(pathOf('ships', '&limit=100'))
    expect(all).toHaveLength(61)
    const walked: unknown[] = []
    let path: string | undefined = pathOf('ships', '&limit=9')
    while (path !== undefined) {
      const page: Awaited<ReturnType<typeof search>> = await search(path)
      expect(page.activities.length).toBeLessThanOrEqual(9)
      walked.push(...page.activities)
      path = page.next
      await post(3)
    }
    expect(walked).toEqual(all)
    expect((await search(pathOf('ships'))).activities).toHaveLength(50)
  })

  const id = '0a4c8a1e-11d7-4d60-8a51-1c35b8f1e001'
  const at = '2026-11-21T07:15:26.084Z'

  it.each([
    ['', ['search_term_blank']],
    ['term=', ['search_term_blank']],
    ['term=%20%09%0a%c2%a0%e3%80%80', ['search_term_blank']],
    ['term=%00', ['search_term_blank']],
    ['term=a&term=b', ['search_term_blank']],
    ['term=a&limit=0', ['limit_invalid']],
    ['term=a&cursor=', ['cursor_invalid']],
    [`term=a&cursor=${btoa(`${at} ${id}`)}`, ['cursor_invalid']],
    [`term=a&cursor=${btoa(`${at} - near 1 ${at} ${id} more`)}`, ['cursor_invalid']],
    [`term=a&cursor=${btoa(`${at} - far 1 ${at} ${id}`)}`, ['cursor_invalid']],
    [`term=a&cursor=${btoa(`${at} - near 1e9 ${at} ${id}`)}`, ['cursor_invalid']],
    [`term=a&cursor=${btoa(`2026-02-30T00:00:00.000Z - near 1 ${at} ${id}`)}`, ['cursor_invalid']],
    [`term=a&cursor=${btoa(`${at} -infinity near 1 ${at} ${id}`)}`, ['cursor_invalid']],
    ['limit=x&cursor=y', ['limit_invalid', 'cursor_invalid', 'search_term_blank']],
  ])('refuses ?%s', async (query, codes) => {
    const response = await api.get(`/api/activities/search?${query}`)
    expect(response.status).toBe(422)
    const answered = (await response.json()) as string[]
    expect(answered.toSorted()).toEqual(codes.toSorted())
  })

  it.each([
    `${at} - near 99999 ${at} ${id}`,
    `9999-12-31T23:59:59.999Z 0001-01-01T00:00:00.000Z wide 0 ${at} ${id}`,
    `0001-01-01T00:00:00.000Z ${at} wide 0 ${at} ${id}`,
  ])('takes the odd cursor “%s” for what it says', async (cursor) => {
    const response = await api.get(pathOf('crudd', `&cursor=${encodeURIComponent(btoa(cursor))}`))
    expect(response.status).toBe(200)
  })
})

describe('whatever is asked', () => {
  const unit = fc.constantFrom('grapheme', 'binary', 'grapheme-ascii') as fc.Arbitrary<'binary'>
  const signs = fc.constantFrom(
    ...'\'"\\:*&|!()<->%_@#;$ \t\n\0',
    "'; drop table users; --",
    '<0>',
    '@di',
    'postgers',
    '\ud800',
  )
  const term = fc.oneof(
    unit.chain((kind) => fc.string({ unit: kind, maxLength: 300 })),
    fc
      .array(fc.oneof(signs, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 60 })
      .map((parts) => parts.join('')),
    fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      maxLength: 80,
    }),
    fc.tuple(signs, fc.nat({ max: 3000 })).map(([sign, times]) => sign.repeat(times)),
  )

  it('is a list or a blank term', async () => {
    await fc.assert(
      fc.asyncProperty(term, fc.boolean(), async (asked, asIs) => {
        const encoded = asIs
          ? asked.replace(/[&#+]/g, '')
          : encodeURIComponent(asked.replace(/\p{Cs}/gu, '\ufffd'))
        const response = await api.get(`/api/activities/search?term=${encoded}`)
        if (response.status === 200) return
        expect(response.status).toBe(422)
        expect(await response.json()).toEqual(['search_term_blank'])
      }),
      { numRuns: 300 },
    )
  })

  it('is found by its own words', async () => {
    const ed = await api.signUp('ed')
    const word = fc.string({
      unit: fc.constantFrom(...'aéßÇżñøдяЖαΩ東ア한글9z'),
      minLength: 1,
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 10 }), async (words) => {
        const message = words.join(' ')
        await api.session.query('insert into activities (user_uuid, message) values ($1, $2)', [
          ed.uuid,
          message,
        ])
        const { activities } = await search(pathOf(`${message} @ed`, '&limit=100'))
        expect(activities.map((each) => each.message)).toContain(message)
        await api.session.query('delete from activities where user_uuid = $1', [ed.uuid])
      }),
      { numRuns: 100 },
    )
  })
})
