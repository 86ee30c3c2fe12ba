import { openSession, type Session } from '../session.ts'
import { createQuarantine } from './findings.ts'
import type { ScannedItem } from './read-scan.ts'
import { isBlank, longest, shorten } from './stage.ts'

export interface MessagesReport {
  /** The messages of the file; each is new, was there, or is moved to the quarantine. */
  messages: number
  added: number
  known: number
  moved: Record<string, number>
  groups: number
}

export const messageReasons: Record<string, string> = {
  unknown_person: 'its sender or receiver has no row here',
  not_a_member: 'its sender is not one of the group’s two',
  not_two_people: 'its group is not of two people',
  unreadable: 'neither a message nor a group as the bootcamp wrote them',
}

export interface ImportOptions {
  apply: boolean
  /** Takes whoever has the handle now where nobody has the uuid: the operator’s word. */
  byHandle?: boolean
  onProgress?: (done: number, total: number) => void
}

const batchSize = 5000

/** Makes the bootcamp’s messages ours in one transaction; run again, it adds what is new. */
export async function importMessages(
  url: string,
  items: ScannedItem[],
  { apply, byHandle = false, onProgress }: ImportOptions,
): Promise<MessagesReport> {
  const session = openSession(url, 'cruddur-adopt')
  const total = Math.ceil(items.length / batchSize) + 4
  let done = 0
  const finishOne = () => onProgress?.(++done, total)
  try {
    await session.query('begin')
    await session.query('set local statement_timeout = 0')
    // Nothing is committed unless all of it is: closing ends the transaction.
    await createQuarantine(session)
    await stageItems(session, items, finishOne)
    for (const statement of [stageSenders(byHandle), stagePairs, judge]) {
      await session.query(statement)
      finishOne()
    }
    const report = await write(session)
    await session.query(apply ? 'commit' : 'rollback')
    finishOne()
    return report
  } finally {
    await session.close()
  }
}

const itemColumns = `kind text, id uuid, group_uuid uuid, at timestamptz, user_uuid uuid,
  handle text, owner_uuid uuid, message text, original jsonb`

async function stageItems(session: Session, items: ScannedItem[], onBatch: () => void) {
  await session.query(`create temp table items (${itemColumns}) on commit drop`)
  for (let first = 0; first < items.length; first += batchSize) {
    await session.query(
      `insert into items select * from json_to_recordset($1) as item(${itemColumns})`,
      [JSON.stringify(items.slice(first, first + batchSize))],
    )
    onBatch()
  }
}

// A merged row’s messages are those of the row that its account kept.
const stageSenders = (byHandle: boolean) => `
  create temp table people on commit drop as
  select given.uuid, given.handle, coalesce(own.uuid, merged.became, named.uuid) as person
  from (select user_uuid, handle from items union select owner_uuid, '' from items)
    as given(uuid, handle)
  left join users as own on own.uuid = given.uuid
  left join adopted.quarantine as merged
    on merged.source = 'users' and merged.uuid = given.uuid and merged.became is not null
  left join users as named on ${byHandle} and lower(named.handle) = lower(given.handle)`

// The bootcamp made a new group each time that somebody began a conversation, and let anybody write
// into it: a group is of whom its entries name, and a pair has one.
const stagePairs = `
  create temp table pairs on commit drop as
  with named as (
    select group_uuid, side.uuid, side.handle from items cross join lateral (values
      (user_uuid, items.handle), (owner_uuid, '')) as side(uuid, handle) where kind = 'group'
    union
    select group_uuid, user_uuid, handle from items where kind = 'message' and not exists (
      select from items as entry
      where entry.kind = 'group' and entry.group_uuid = items.group_uuid)),
  pair as (
    select group_uuid, bool_or(person is null) as is_known_in_part,
      array_agg(distinct person) filter (where person is not null) as two
    from named join people using (uuid, handle)
    group by 1),
  begun as (select group_uuid, min(at) as begun_at from items where kind = 'message' group by 1)
  select group_uuid, is_known_in_part, two, begun_at, coalesce(met.uuid,
    first_value(group_uuid) over (partition by two order by begun_at, group_uuid)) as own_uuid
  from begun left join pair using (group_uuid)
  left join message_groups as met
    on (met.first_user_uuid, met.second_user_uuid) = (two[1], two[2])`

const judge = `
  create temp table judged on commit drop as
  select items.id, items.at, items.message, items.original, person, own_uuid, two, begun_at, case
    when kind = 'unreadable' then 'unreadable'
    when person is null or (is_known_in_part and cardinality(two) < 2) then 'unknown_person'
    when cardinality(two) <> 2 then 'not_two_people'
    when person <> all(two) then 'not_a_member' end as reason
  from items left join pairs using (group_uuid)
  left join people on (people.uuid, people.handle) = (user_uuid, items.handle)
  where kind <> 'group'`

async function write(session: Session): Promise<MessagesReport> {
  // What could not be taken over the last time may be by now.
  await session.query(`delete from adopted.quarantine using judged
    where source = 'messages' and is_moved and quarantine.uuid = judged.id`)
  await session.query(`insert into adopted.quarantine (source, uuid, reason, is_moved, original)
    select 'messages', id, coalesce(reason, 'message_rewritten'), reason is not null,
      coalesce(original, 'null')
    from judged where reason is not null
      or ${isBlank('message')} or char_length(message) > ${longest.reply}
    on conflict do nothing`)
  await session.query(`insert into message_groups
      (uuid, first_user_uuid, second_user_uuid, created_at)
    select own_uuid, two[1], two[2], min(begun_at) from judged where reason is null group by 1, 2, 3
    on conflict on constraint message_groups_pair_key do nothing`)
  const [counted] = await session.query<Omit<MessagesReport, 'moved'> & Record<string, number>>(
    `with added as (
       insert into messages (uuid, message_group_uuid, user_uuid, message, created_at)
       select id, own_uuid, person, ${shorten('message', String(longest.reply))}, at
       from judged where reason is null
       on conflict on constraint messages_pkey do nothing returning 1)
     select count(*)::int as messages, (select count(*)::int from added) as added,
       count(*) filter (where reason is null)::int - (select count(*)::int from added) as known,
       count(distinct own_uuid) filter (where reason is null)::int as groups
     from judged`,
  )
  const moved = await session.query<{ reason: string; rows: number }>(
    `select reason, count(*)::int as rows from judged
     where reason is not null group by 1 order by 1`,
  )
  const { messages = 0, added = 0, known = 0, groups = 0 } = counted ?? {}
  const byReason = Object.fromEntries(moved.map(({ reason, rows }) => [reason, rows]))
  return { messages, added, known, moved: byReason, groups }
}
