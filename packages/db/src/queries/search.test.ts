import { describe, expect, it } from 'vitest'
import { cloneDatabase } from '../testing.ts'
import type { Activity } from './activities-fields.ts'
import { type SearchPosition, searchActivities } from './search.ts'

const { db, session } = await cloneDatabase()

for (const handle of ['di', 'ed', 'Flo', 'florence', 'a.b-c_d']) {
  await session.query('insert into users (handle, display_name) values ($1, $1)', [handle])
}

interface Posted {
  by?: string
  minutesAgo?: number
  expiresAt?: string | null
}

async function post(message: string, { by = 'di', minutesAgo = 0, expiresAt }: Posted = {}) {
  await session.query(
    `insert into activities (user_uuid, message, created_at, expires_at)
     select uuid, $1, now() - make_interval(mins => $2), coalesce($3::timestamptz, now() + interval '1 day')
     from users where handle = $4`,
    [message, minutesAgo, expiresAt ?? null, by],
  )
}

const clear = () => session.query('delete from activities')

async function find(term: string) {
  const { items } = await searchActivities(db, { term, limit: 100 })
  return (JSON.parse(items) as Activity[]).map(({ message }) => message)
}

describe('words', () => {
  it.each([
    [
      'Opened port 5432 to one address.',
      ['port', 'PORT', '5432', 'address opened', '“port” — 5432!'],
    ],
    [
      'Déjà vu à Zürich, señor Łukasz',
      ['deja', 'DÉJÀ', 'zurich', 'senor', 'lukasz', 'De\u0301ja\u0300'],
    ],
    ['I don’t know; it isn’t ours', ["don't", 'dont', 'don’t', 'isnt']],
    ['И снова привет, мир', ['привет', 'мир снова']],
    ['東京タワーに行った', ['東京', 'タワー', '行っ']],
    ['Release day 🎉🎉 at last', ['🎉', 'release 🎉']],
    ['ｆｕｌｌ ｗｉｄｔｈ and ﬁne ligatures', ['full width', 'fine', 'ﬁne']],
    [
      '#postgres is at https://www.postgresql.org/docs',
      ['postgres', '#postgres', 'postgresql.org', 'www'],
    ],
    ['Write to x@example.com', ['x@example.com', 'example']],
    [
      'C:\\temp\\x and O\'Hara & "friends" | (all) <-> !none:*',
      ['temp', "o'hara", 'friends & all', '!none:*'],
    ],
  ])('of “%s” are found', async (message, terms) => {
    await clear()
    await post(message)
    await post('Something else entirely')
    for (const term of terms) expect([term, await find(term)]).toEqual([term, [message]])
  })

  it('are all wanted, in whatever order', async () => {
    await clear()
    await post('The napkin was clearer than the architecture')
    await post('The napkin was lost')
    expect(await find('architecture napkin')).toHaveLength(1)
    expect(await find('napkin')).toHaveLength(2)
    expect(await find('napkin weather')).toEqual([])
  })

  it.each(['!!!', '&', "'", '\\', ':*', '()', '%', '_', '@', '@@', '#', '…', 'no such thing'])(
    'are not there in “%s”',
    async (term) => {
      await clear()
      await post("A crud with words: and signs & (all) 'of' it % _ \\ # @")
      expect(await find(term)).toEqual([])
    },
  )
})

describe('the better match', () => {
  it('comes first: the word itself, then longer ones, then similar ones', async () => {
    await clear()
    await post('A migration, long ago', { minutesAgo: 20_000 })
    await post('Two migrations yesterday', { minutesAgo: 1000 })
    await post('A migraton just now')
    expect(await find('migration')).toEqual([
      'A migration, long ago',
      'Two migrations yesterday',
      'A migraton just now',
    ])
  })

  it('is the newer one of two that are as good', async () => {
    await clear()
    await post('Ships, third', { minutesAgo: 5000 })
    await post('Ships, first')
    await post('Ships, second', { minutesAgo: 60 })
    expect(await find('ships')).toEqual(['Ships, first', 'Ships, second', 'Ships, third'])
  })

  it('has the words side by side', async () => {
    await clear()
    await post('My pool has a connection', { minutesAgo: 1 })
    await post('My connection pool', { minutesAgo: 100 })
    expect(await find('connection pool')).toEqual([
      'My connection pool',
      'My pool has a connection',
    ])
  })

  it('does without similar words where there are enough', async () => {
    await clear()
    for (let n = 0; n < 12; n++) await post(`Ships ${n}`)
    await post('Shops')
    expect(await find('ships')).toHaveLength(12)
  })
})

it('finds what a word begins', async () => {
  await clear()
  await post('Kubernetes, again')
  for (const term of ['ku', 'kub', 'kubern', 'KUBERNETES', 'ag kube']) {
    expect([term, await find(term)]).toEqual([term, ['Kubernetes, again']])
  }
  expect(await find('k')).toEqual([])
  expect(await find('ubernetes')).toEqual(['Kubernetes, again'])
})

it.each([
  ['postgers', 'postgres'],
  ['postgre', 'postgres'],
  ['posgres', 'postgres'],
  ['postgrres', 'postgres'],
  ['wrold', 'world'],
  ['crad', 'crud'],
  ['docekr', 'docker'],
  ['migartion', 'migrations'],
  ['conncetion', 'connections'],
  ['architecutre', 'architecture'],
  ['Architekture', 'architecture'],
  ['pöstgres', 'postgres'],
])('takes “%s” for %s', async (typo, word) => {
  await clear()
  await post(`About ${word} in general`)
  await post('Poster, would, cried, dockets, mitigation, collection')
  expect(await find(`${typo}`)).toEqual([`About ${word} in general`])
})

describe('an @handle', () => {
  it('finds that person’s cruds, whatever the letters’ case', async () => {
    await clear()
    await post('Mine', { by: 'Flo' })
    await post('Mine, too, about @ed', { by: 'Flo', minutesAgo: 1 })
    await post('About @flo', { by: 'ed' })
    await post('Another’s', { by: 'florence' })
    expect(await find('@flo')).toEqual(['Mine', 'Mine, too, about @ed'])
    expect(await find(' @FLO ')).toEqual(['Mine', 'Mine, too, about @ed'])
    expect(await find('@flo too')).toEqual(['Mine, too, about @ed'])
    expect(await find('mine @ed')).toEqual([])
    expect(await find('@flo @ed')).toHaveLength(3)
  })

  it('may be the beginning of one, where nobody has it', async () => {
    await clear()
    await post('Of the one', { by: 'Flo' })
    await post('Of the other', { by: 'florence', minutesAgo: 1 })
    await post('Of dots', { by: 'a.b-c_d' })
    expect(await find('@fl')).toEqual(['Of the one', 'Of the other'])
    expect(await find('@flore')).toEqual(['Of the other'])
    expect(await find('@a.b-')).toEqual(['Of dots'])
    expect(await find('@nobody')).toEqual([])
    expect(await find('@nobody dots')).toEqual([])
  })
})

it.each(['x', 'я', '東', 'ﷺ', '🎉', '½', 'e\u0301'])(
  'stores 1,024 of %s on end',
  async (letters) => {
    await clear()
    const message = Array.from(letters.repeat(1024)).slice(0, 1017).join('')
    await post('A parent')
    await session.query(
      `insert into activities (user_uuid, message, reply_to_activity_uuid)
     select user_uuid, $1, uuid from activities`,
      [`${message} at sea`],
    )
    expect(await find('sea')).toHaveLength(1)
    expect(await find(letters.repeat(100))).toBeDefined()
  },
)

it('finds replies, and nothing that has expired', async () => {
  await clear()
  await post('Ships at dawn')
  await session.query(
    `insert into activities (user_uuid, message, reply_to_activity_uuid, created_at, expires_at)
     select users.uuid, 'Which ships?', activities.uuid, now() - interval '1 minute', activities.expires_at
     from activities, users where handle = 'ed'`,
  )
  expect(await find('ships')).toEqual(['Ships at dawn', 'Which ships?'])
  expect(await find('@ed')).toEqual(['Which ships?'])
  await session.query("update activities set expires_at = now() where message = 'Ships at dawn'")
  expect(await find('ships')).toEqual(['Which ships?'])
  expect(await find('shpis @di')).toEqual([])
})

describe('pages', () => {
  async function walk(term: string, limit: number, between: () => Promise<void> = async () => {}) {
    const walked: string[] = []
    let after: SearchPosition | undefined
    do {
      const page = await searchActivities(db, { term, limit, after })
      walked.push(...(JSON.parse(page.items) as Activity[]).map(({ uuid }) => uuid))
      after = page.next
      await between()
    } while (after)
    return walked
  }

  const postMany = (count: number, message: string) =>
    session.query(
      `insert into activities (user_uuid, message, created_at, expires_at)
       select uuid, $1, now() - interval '1 minute' * (n / 3), now() + interval '1 day'
       from users, generate_series(1, $2::int) as n where handle = 'di'`,
      [message, count],
    )

  it('have neither a gap nor a duplicate', async () => {
    await clear()
    await postMany(40, 'Ships')
    await postMany(30, 'Shipping')
    await postMany(20, 'Something else')
    const all = await walk('ship', 100)
    expect(new Set(all).size).toBe(70)
    expect(await walk('ship', 7)).toEqual(all)
    expect(await walk('ship', 1)).toEqual(all)
    expect(await walk('shiip', 9)).toEqual(await walk('shiip', 100))
  })

  it.each(['ship', 'shps', '@di', '@di ship'])(
    'of %s are those of the first page’s time, while others post',
    async (term) => {
      await clear()
      await postMany(60, 'Ships')
      const all = await walk(term, 100)
      expect(all).toHaveLength(60)
      const walked = await walk(term, 7, async () => {
        await post('Ships, ship, shps and shipping')
      })
      expect(walked).toEqual(all)
    },
  )

  it('are of the newest thousand', async () => {
    await clear()
    await postMany(2500, 'Ships, all of them')
    const newest = await session.query<{ uuid: string }>(
      'select uuid from activities order by created_at desc, uuid desc limit 1000',
    )
    const walked = await walk('ships', 100, async () => {
      await post('Ships, all of them', { minutesAgo: 2 })
    })
    // Whoever posts with an earlier time, as one who began to before us, drives nobody out.
    expect(walked.filter((uuid, at) => walked.indexOf(uuid) !== at)).toEqual([])
    expect(walked).toEqual(expect.arrayContaining(newest.map(({ uuid }) => uuid)))
  })
})
