import type { Session } from '../session.ts'
import type { Bootcamp } from './bootcamp.ts'

// What the tables’ own checks allow.
export const handlePattern = '^[A-Za-z0-9_.-]{1,30}$'
export const longest = { displayName: 100, bio: 1000, crud: 280, reply: 1024 }

/** Nothing is left of it after trimming, as the API trims. */
export const isBlank = (column: string) =>
  String.raw`coalesce(${column}, '') ~ '^[\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*$'`

/** What stands for a message that has no text, or more of it than there may be. */
export const shorten = (column: string, longestSql: string) =>
  `case when ${isBlank(column)} then '…'
    when char_length(${column}) > ${longestSql} then left(${column}, ${longestSql} - 1) || '…'
    else ${column} end`

/** A time without a zone is UTC; what no calendar of ours can show is the nearest that it can. */
const instant = (column: string) =>
  `case when ${column} is not null
    then greatest('0001-01-01', least(${column}, '9999-12-31')) at time zone 'UTC' end`

/**
 * Works out what each old row becomes, in temporary tables of this transaction: the old tables
 * are only read, so that a plan and the work itself cannot differ.
 */
export async function stage(session: Session, bootcamp: Bootcamp) {
  await session.query(stageUsers(bootcamp))
  await giveHandles(session)
  await session.query(stageActivities(bootcamp))
  await session.query('create index on staged_activities (parent_uuid)')
  await session.query('create unique index on staged_activities (uuid)')
  await session.query('analyze staged_activities')
  await session.query(keepThreads)
  await session.query(countReplies)
}

// An account has one row: the oldest, `kept_uuid`. The bootcamp’s trigger wrote another one each
// time that a password was reset.
const stageUsers = ({ hasBio }: Bootcamp) => String.raw`
  create temp table staged_users on commit drop as
  select uuid, created_at as old_created_at, account, ${hasBio ? 'bio' : 'null::text as bio'},
    case when account is null then uuid
      else first_value(uuid) over (partition by account order by created_at, uuid) end as kept_uuid,
    coalesce(handle ~ '${handlePattern}', false) as has_own_handle,
    case when handle ~ '${handlePattern}' then handle
      else coalesce(nullif(trim(both '_.-' from left(plain, 30)), ''),
        'person-' || left(uuid::text, 8)) end as handle,
    case when not ${isBlank('display_name')} then left(display_name, ${longest.displayName}) end
      as display_name,
    case when not ${isBlank('email')} and char_length(email) <= 254 then lower(email) end as email,
    coalesce(${instant('created_at')}, now()) as created_at
  from public.users
  cross join lateral (select
    case when not ${isBlank('cognito_user_id')} and lower(btrim(cognito_user_id)) <> 'mock'
      and char_length(cognito_user_id) <= 128 then cognito_user_id end,
    -- An address is never made into a handle, which is public.
    case when handle !~ '[^\s@]@' then regexp_replace(
      regexp_replace(normalize(handle, NFKD), '[\u0300-\u036f]', '', 'g'),
      '[^A-Za-z0-9_.-]+', '-', 'g') end
  ) as read(account, plain)`

/**
 * Of those who share a handle it stays with who had it written so, then with who has an account,
 * then with the oldest; the others get one with an ending, which may be taken in its turn.
 */
async function giveHandles(session: Session) {
  for (let turn = 1; ; turn++) {
    const changed = await session.query(
      `update staged_users set has_own_handle = false,
         handle = left(handle, 21) || '-' || left(md5(uuid::text || $1), 8)
       where uuid in (
         select uuid from (
           select uuid, row_number() over (partition by lower(handle) order by has_own_handle desc,
             account is not null desc, old_created_at, uuid) as place
           from staged_users where uuid = kept_uuid) as sharing
         where place > 1)
       returning uuid`,
      [String(turn)],
    )
    if (changed.length === 0) return
  }
}

const stageActivities = ({ replyTo }: Bootcamp) => `
  create temp table staged_activities on commit drop as
  select activities.uuid, person.kept_uuid as user_uuid, message,
    reply_to_activity_uuid is not null as is_reply,
    ${replyTo === 'uuid' ? 'reply_to_activity_uuid' : 'null::uuid'} as parent_uuid,
    false as is_kept, 0 as replies_count,
    greatest(reposts_count, 0) as reposts_count, greatest(likes_count, 0) as likes_count,
    ${instant('expires_at')} as expires_at,
    coalesce(${instant('activities.created_at')}, now()) as created_at
  from public.activities
  left join staged_users as person on person.uuid = user_uuid`

const longestMessage = `case when is_reply then ${longest.reply} else ${longest.crud} end`

// From the cruds downwards, so that what hangs on nothing, or on itself, is never reached. A reply
// lives as long as what it answers. `offset 0` makes Postgres look replies up by their index: a
// thread may be as deep as the table is long.
const keepThreads = `
  with recursive thread as (
    select uuid, expires_at from staged_activities where not is_reply and user_uuid is not null
    union all
    select reply.uuid, least(reply.expires_at, thread.expires_at)
    from thread cross join lateral (
      select uuid, expires_at from staged_activities
      where parent_uuid = thread.uuid and user_uuid is not null offset 0) as reply)
  update staged_activities as staged set is_kept = true, expires_at = thread.expires_at,
    message = ${shorten('message', longestMessage)}
  from thread where staged.uuid = thread.uuid`

const countReplies = `
  update staged_activities as parent set replies_count = reply.count
  from (select parent_uuid, count(*)::int from staged_activities where is_kept group by 1) as reply
  where parent.uuid = reply.parent_uuid and parent.is_kept`
