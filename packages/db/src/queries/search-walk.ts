import { type SQL, sql } from 'drizzle-orm'
import { activities } from '../schema/index.ts'
import { isLive } from './activities-fields.ts'
import { signsOf } from './search-terms.ts'

/** As many of the newest matches are ranked. */
export const maxRanked = 1000

const firstStep = 2000
const maxSteps = 8
/** Before all cruds; Postgres 14 cannot subtract infinity. */
const longAgo = sql`timestamptz '0001-01-01 00:00:00Z'`

interface Walk {
  /** A CTE’s name. */
  name: string
  /** What to look for: a tsquery, or null for nothing. */
  query: SQL
  /** How good a match is, as a whole number. */
  score: SQL
  when?: SQL
  where: SQL
  /** No match is older. */
  floor: SQL
  limit: SQL
}

/** How far back the newest cruds reach, for `selectWalk` to measure its steps by. */
export const selectPace = sql`
  select max(created_at) filter (where n = ${firstStep / 2}) as half,
    max(created_at) filter (where n = ${firstStep}) as whole
  from (select created_at, row_number() over () as n
    from (select ${activities.createdAt} from ${activities}
      where ${activities.replyToActivityUuid} is null
        and ${activities.createdAt} <= (select as_of from asked)
      order by ${activities.createdAt} desc, ${activities.uuid} desc
      limit ${firstStep}) as newest) as numbered`

/**
 * A recursive CTE that walks back through time until it has the newest matches, a row a step; it
 * reads `asked(as_of, floor, is_wide)` and `pace`. Within a step the index meets the term with the
 * signs of the step’s hours or days, so that a word costs no more than the cruds of the step that
 * have it, however many others do.
 */
export const selectWalk = ({ name, query, score, when, where, floor, limit }: Walk) => sql`
  ${sql.identifier(name)} (step, query, until, covered, found, uuids, scores, times) as (
    select 0, (${query}), asked.as_of, 0::float8, 0, null::uuid[], null::int[], null::timestamptz[]
    from asked ${when ? sql`where ${when}` : sql``}
    union all
    select walk.step + 1, walk.query, reach.after, walk.covered + length.cruds,
      walk.found + matches.found, matches.uuids, matches.scores, matches.times
    from ${sql.identifier(name)} as walk cross join asked cross join pace
    cross join lateral (${selectLength}) as length
    cross join lateral (${selectReach}) as reach
    cross join lateral (select ${signsOf(sql`reach.after`, sql`walk.until`)} as query offset 0) as signs
    cross join lateral (
      select count(*)::int as found, array_agg(match.uuid) as uuids,
        array_agg(match.score) as scores, array_agg(match.created_at) as times
      from (select ${activities.uuid}, ${activities.createdAt}, ${score} as score
        from (${selectCandidates}) as activities
        where ${activities.createdAt} > reach.after and ${activities.createdAt} <= walk.until
          and ${activities.createdAt} >= ${floor} and ${isLive()} and ${where}
        order by ${activities.createdAt} desc, ${activities.uuid} desc
        limit ${limit} - walk.found) as match) as matches
    where walk.query is not null and walk.found < ${limit} and walk.until >= ${floor}
      and walk.until > ${longAgo})`

/**
 * How many cruds the next step is to cover; null for all that are left. It is as many as the rest
 * of the matches will take, going by those so far, and eight times all before it at most. What is
 * hardly there among the newest 18,000 is taken to be rare.
 */
const selectLength = sql`
  select case
      when pace.whole is null or walk.step >= ${maxSteps} then null
      when walk.step = 0 then ${firstStep}
      when walk.step = 1 then least(wanted, 8 * walk.covered)
      when wanted < 64 * walk.covered then least(wanted, 8 * walk.covered)
    end as cruds
  from (select 1.2 * walk.covered * (${maxRanked} - walk.found) / nullif(walk.found, 0)) as t(wanted)
  offset 0`

const selectReach = sql`
  select case
      when length.cruds is null then ${longAgo}
      when walk.step = 0 then pace.whole
      else walk.until
        - greatest(interval '1 hour', (pace.half - pace.whole) * (length.cruds / ${firstStep / 2}))
    end as after
  offset 0`

/**
 * The same is asked twice, in different words, so that the planner expects few rows: a dear plan
 * would be compiled before it runs. Fenced, because no other index is of any use.
 */
const selectCandidates = sql`
  select * from ${activities}
  where ${activities.search} @@ coalesce(walk.query && signs.query, walk.query)
    and ${activities.search} @@ coalesce(signs.query, walk.query)
  offset 0`
