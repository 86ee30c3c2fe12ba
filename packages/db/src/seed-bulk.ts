import { openSession } from './session.ts'

const batchSize = 20_000
/** The work is Postgres’s: two connections keep two of its cores busy. */
const writers = 2

/** A word of three syllables, the same for the same rank. */
const wordOf = (rank: string) =>
  `syllables[1 + ${rank} % 40] || syllables[1 + ${rank} / 40 % 40] || syllables[1 + ${rank} / 1600]`

/** A rank below 64,000, spread over the rows so that a low one is as much more frequent. */
const rankOf = (multiplier: number) =>
  `floor(exp(ln(64000) * (n * ${multiplier}::bigint % 1000000) / 1e6))::int`

/**
 * Fills a database with `size` made-up cruds, one person for every hundred of them, so that plans
 * and speeds can be seen at scale. Every tenth row is a reply. Uuids are derived from the row's
 * number: run again, it adds only what is missing.
 */
export async function seedBulk(
  url: string,
  size: number,
  onProgress: (done: number) => void = () => {},
): Promise<{ people: number; cruds: number }> {
  const peopleCount = Math.max(1, Math.round(size / 100))
  const session = openSession(url, 'cruddur-seed')
  const sessions = [
    session,
    ...Array.from({ length: writers - 1 }, () => openSession(url, 'cruddur-seed')),
  ]
  try {
    await session.query(
      `insert into users (uuid, handle, display_name)
       select md5('person ' || n)::uuid, 'person' || n, 'Person ' || n
       from generate_series(1, $1::int) as n on conflict do nothing`,
      [peopleCount],
    )
    let begun = 0
    let done = 0
    await Promise.all(
      sessions.map(async ({ query }) => {
        while (begun < size) {
          const first = begun + 1
          begun = Math.min(size, begun + batchSize)
          const last = begun
          await query(insertBatch, [first, last, size, peopleCount])
          done += last - first + 1
          onProgress(done)
        }
      }),
    )
    await session.query('analyze users, activities')
    return { people: peopleCount, cruds: size }
  } finally {
    await Promise.all(sessions.map(({ close }) => close()))
  }
}

// Row n is n/size of 20 days old; replies come a row after what they answer, and live as long. All
// share eight words, each has a number of its own, and two of 64,000 words come as often as in a
// language: the k-th word a k-th as often as the first.
const insertBatch = `
  insert into activities
    (uuid, user_uuid, message, reply_to_activity_uuid, replies_count, created_at, expires_at)
  select
    md5('crud ' || n)::uuid,
    md5('person ' || 1 + (n::bigint * 7919) % $4::int)::uuid,
    words[1 + n % 8] || ' ' || words[1 + (n / 8) % 8] || ' ' || words[1 + (n / 64) % 8] || ' number ' || n
      || ' ' || ${wordOf('r1')} || ' ' || ${wordOf('r2')},
    case when n % 10 = 0 then md5('crud ' || n - 1)::uuid end,
    case when n % 10 = 9 and n < $3::int then 1 else 0 end,
    now() - age, now() - age + interval '30 days'
  from generate_series($1::int, $2::int) as n,
    lateral (select interval '20 days' * (($3::int - n)::float8 / $3::int)) as t(age),
    lateral (select ${rankOf(618_033)}, ${rankOf(414_213)}) as r(r1, r2),
    (values (
      array['ships', 'sleeps', 'argues', 'deploys', 'forgets', 'migrates', 'whistles', 'reverts'],
      array['ka', 'lo', 'mi', 'ner', 'sta', 'tor', 'ven', 'qui', 'bra', 'des', 'fil', 'gon', 'hur', 'jep', 'po', 'wex',
        'zan', 'ul', 'rit', 'cos', 'dra', 'eff', 'ost', 'yel', 'xi', 'ampl', 'ert', 'oon', 'ish', 'und', 'al', 'ick',
        'bor', 'cre', 'dup', 'flo', 'gra', 'hin', 'kel', 'mon'])) as w(words, syllables)
  on conflict do nothing`
