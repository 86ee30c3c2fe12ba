import { type SQL, sql } from 'drizzle-orm'
import { searchWords, users } from '../schema/index.ts'

/** A search term as a person wrote it, taken apart. */
export interface Asked {
  /** Whose cruds are wanted, without the @; whoever’s when there is none. */
  handles: string[]
  text: string
}

/** An @handle stands alone; what merely looks like one is a word. */
export function readTerm(term: string): Asked {
  const handles = new Set<string>()
  const text = term.replace(/(?<=^|\s)@([A-Za-z0-9_.-]{1,30})(?=$|\s)/g, (_, handle: string) => {
    handles.add(handle.toLowerCase())
    return ''
  })
  return { handles: [...handles].slice(0, 5), text: text.trim() }
}

const maxWords = 12
/** How many words that merely begin like a term’s words are searched for, all together. */
const maxLonger = 24

/** A word as a tsquery has it: Postgres itself quotes it. */
const lexeme = (word: SQL) => sql`array_to_tsvector(array[${word}])::text`

/**
 * CTEs that make tsqueries of a term, each of lexemes that Postgres made, none of raw text. They
 * read `asked(as_of)`. `exact` wants the very words, `near` also longer ones, `far` also similar
 * ones; each is null when the term has nothing to search for.
 */
export const selectQueries = ({ handles, text }: Asked): SQL => sql`
  words as materialized (
    select word, least(count(*) over (), ${maxWords}) as how_many
    from unnest(words_in(${text}::text)) with ordinality as said(word, place)
    group by word order by min(place) limit ${maxWords}),
  longer as materialized (
    select words.word, known.word as other from words, asked cross join lateral (
      select * from (
        select distinct ${searchWords.word} from ${searchWords}
        where char_length(words.word) >= 2 and ${searchWords.createdAt} <= asked.as_of
          and ${searchWords.word} ~>~ words.word
          and ${searchWords.word} ~<~ (words.word || chr(1114111))
        limit 5000) as longer
      order by char_length(longer.word), longer.word
      limit greatest(2, ${maxLonger} / words.how_many)) as known),
  alike as materialized (
    select words.word, other from words, asked, words_like(words.word, asked.as_of) as other
    where char_length(words.word) between 4 and 40),
  people as materialized (${selectPeople(handles)}),
  authors as materialized (${selectAuthors(handles)}),
  exact as materialized (${selectQuery(sql`select word, word as other from words`)}),
  near as materialized (
    ${selectQuery(sql`select word, word as other from words union select * from longer`)}),
  far as materialized (
    ${selectQuery(sql`select word, word as other from words union select * from longer
      union select * from alike`)})`

/** Every word, or another in its stead, by any of the authors. */
const selectQuery = (alternatives: SQL) => sql`
  select case when authors.query is null then wanted.query
    else coalesce(wanted.query && authors.query, authors.query) end as query
  from authors, (
    select string_agg('(' || query || ')', ' & ')::tsquery as query
    from (select string_agg(${lexeme(sql`other`)}, ' | ') as query
      from (${alternatives}) as alternative group by word) as each) as wanted`

/** A sign that nobody has stands for authors that nobody is. */
const selectAuthors = (handles: string[]) =>
  handles.length === 0
    ? sql`select null::tsquery as query`
    : sql`select coalesce(string_agg(${lexeme(sql`'@' || left(uuid::text, 8)`)}, ' | '),
        ${lexeme(sql`'@'`)})::tsquery as query from people`

/** Who has a handle; where nobody has, whose handle begins like it. */
const selectPeople = (handles: string[]) => sql`
  select distinct found.uuid
  from asked, json_array_elements_text(${JSON.stringify(handles)}::json) as wanted(handle)
  cross join lateral (
    (select uuid from ${users} where lower(${users.handle}) = wanted.handle)
    union all
    (select uuid from ${users}
      where lower(${users.handle}) between wanted.handle and rpad(wanted.handle, 60, 'z')
        and starts_with(lower(${users.handle}), wanted.handle)
        and ${users.createdAt} <= asked.as_of
        and not exists (select from ${users} where lower(${users.handle}) = wanted.handle)
      order by lower(${users.handle}) limit 5)) as found`

/** The signs of the hours or days that a span of time touches, as a tsquery; null where it is long. */
export const signsOf = (after: SQL, until: SQL) => sql`(
  select string_agg(${lexeme(sql`level.sign || number`)}, ' | ')::tsquery
  from (values ('#h', 3600, interval '0', interval '1 day'),
      ('#d', 86400, interval '1 day', interval '40 days')) as level(sign, seconds, over, up_to)
  cross join lateral generate_series(
    floor(extract(epoch from ${after}) / level.seconds)::bigint,
    floor(extract(epoch from ${until}) / level.seconds)::bigint) as number
  where ${until} - ${after} > level.over and ${until} - ${after} <= level.up_to)`
