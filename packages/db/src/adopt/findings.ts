import type { Session } from '../session.ts'
import { handlePattern, longest } from './stage.ts'

type Source = 'users' | 'activities'

interface Reason {
  source: Source
  /** What of the row is rewritten; absent where the whole row goes to the quarantine. */
  column?: string
  /** In SQL, over `old` and what is `staged` of it. */
  applies: string
  says: string
}

/** The rules by which a row is not taken over as it is. Of those that move it the first holds. */
export const reasons: Record<string, Reason> = {
  same_account: {
    source: 'users',
    applies: 'staged.kept_uuid <> old.uuid',
    says: 'the account has an older row, which takes over what they wrote',
  },
  handle_invalid: {
    source: 'users',
    column: 'handle',
    applies: `(old.handle ~ '${handlePattern}') is not true`,
    says: 'letters that a handle cannot have replaced, cut to 30, made up where none is left',
  },
  handle_taken: {
    source: 'users',
    column: 'handle',
    applies: `old.handle ~ '${handlePattern}' and staged.handle <> old.handle`,
    says: 'somebody else has the handle: it gets an ending',
  },
  cognito_user_id_unknown: {
    source: 'users',
    column: 'cognito_user_id',
    applies: 'old.cognito_user_id is distinct from staged.account',
    says: 'MOCK, blank or too long, now null: `pnpm db reconcile` fills it',
  },
  display_name_blank: {
    source: 'users',
    column: 'display_name',
    applies: 'staged.display_name is null',
    says: 'now the handle',
  },
  display_name_too_long: {
    source: 'users',
    column: 'display_name',
    applies: `staged.display_name <> old.display_name`,
    says: `cut to ${longest.displayName}`,
  },
  email_not_lower_case: {
    source: 'users',
    column: 'email',
    applies: 'staged.email <> old.email',
    says: 'now in lower case',
  },
  email_unusable: {
    source: 'users',
    column: 'email',
    applies: 'old.email is not null and staged.email is null',
    says: 'blank or longer than 254, now null',
  },
  bio_too_long: {
    source: 'users',
    column: 'bio',
    applies: `char_length(staged.bio) > ${longest.bio}`,
    says: `cut to ${longest.bio}`,
  },
  signed_up_out_of_range: {
    source: 'users',
    column: 'created_at',
    applies: "staged.created_at is distinct from old.created_at at time zone 'UTC'",
    says: 'moved into the years 1 to 9999; now, where there was none',
  },
  no_author: {
    source: 'activities',
    applies: 'staged.user_uuid is null',
    says: 'nobody wrote it',
  },
  no_parent: {
    source: 'activities',
    applies: 'not staged.is_kept',
    says: 'a reply to nothing, to what went to the quarantine, or in a circle',
  },
  author_merged: {
    source: 'activities',
    column: 'user_uuid',
    applies: 'staged.user_uuid <> old.user_uuid',
    says: 'now of the row that the account keeps',
  },
  message_blank: {
    source: 'activities',
    column: 'message',
    applies: "staged.message = '…' and old.message is distinct from '…'",
    says: 'now “…”',
  },
  message_too_long: {
    source: 'activities',
    column: 'message',
    applies: `staged.message <> old.message and staged.message <> '…'`,
    says: `cut to ${longest.crud}, a reply to ${longest.reply}, ending in “…”`,
  },
  replies_recounted: {
    source: 'activities',
    column: 'replies_count',
    applies: 'staged.replies_count is distinct from old.replies_count',
    says: 'counted anew',
  },
  reposts_count_invalid: {
    source: 'activities',
    column: 'reposts_count',
    applies: 'staged.reposts_count is distinct from old.reposts_count',
    says: 'none or negative, now 0',
  },
  likes_count_invalid: {
    source: 'activities',
    column: 'likes_count',
    applies: 'staged.likes_count is distinct from old.likes_count',
    says: 'none or negative, now 0',
  },
  reply_outlives_crud: {
    source: 'activities',
    column: 'expires_at',
    applies: `staged.is_reply
      and staged.expires_at is distinct from old.expires_at at time zone 'UTC'`,
    says: 'a reply, now expires with what it answers',
  },
  expiry_out_of_range: {
    source: 'activities',
    column: 'expires_at',
    applies: "not staged.is_reply and staged.expires_at <> old.expires_at at time zone 'UTC'",
    says: 'moved into the years 1 to 9999',
  },
  posted_out_of_range: {
    source: 'activities',
    column: 'created_at',
    applies: "staged.created_at is distinct from old.created_at at time zone 'UTC'",
    says: 'moved into the years 1 to 9999; now, where there was none',
  },
}

/** One row for each reason that an old row meets, in the columns of the quarantine. */
const selectFindings = (source: Source) => {
  const own = Object.entries(reasons).filter(([, reason]) => reason.source === source)
  const moved = own.filter(([, { column }]) => !column)
  const rewritten = own.filter(([, { column }]) => column)
  return `
    select '${source}' as source, old.uuid, found.reason, found.changed is null as is_moved,
      ${source === 'users' ? 'nullif(staged.kept_uuid, old.uuid)' : 'null::uuid'} as became,
      case when found.changed is null then to_jsonb(old)
        else jsonb_build_object(found.changed, to_jsonb(old) -> found.changed) end as original
    from public.${source} as old
    join staged_${source} as staged on staged.uuid = old.uuid
    cross join lateral (select case
      ${moved.map(([reason, { applies }]) => `when ${applies} then '${reason}'`).join('\n      ')}
      end) as move(reason)
    cross join lateral (
      select move.reason, null::text as changed where move.reason is not null
      ${rewritten
        .map(
          ([reason, { column, applies }]) =>
            `union all select '${reason}', '${column}' where move.reason is null and (${applies})`,
        )
        .join('\n      ')}
    ) as found`
}

const findings = `${selectFindings('users')} union all ${selectFindings('activities')}`

export interface Finding {
  source: string
  reason: string
  /** Whether the whole row goes to the quarantine; else its old value does. */
  is_moved: boolean
  rows: number
}

type FindingRow = Finding & Record<string, unknown>

/** How many rows meet which reason, in the reasons' order. */
export async function countFindings(session: Session): Promise<Finding[]> {
  return inOrder(await session.query<FindingRow>(summarise(`(${findings})`)))
}

export async function quarantine(session: Session): Promise<Finding[]> {
  await createQuarantine(session)
  await session.query(`insert into adopted.quarantine
    (source, uuid, reason, is_moved, became, original) ${findings}`)
  return inOrder(await session.query<FindingRow>(summarise('adopted.quarantine')))
}

const summarise = (from: string) =>
  `select source, reason, is_moved, count(*)::int as rows from ${from} as finding group by 1, 2, 3`

const order = Object.keys(reasons)
const inOrder = (rows: Finding[]) =>
  rows.sort((one, other) => order.indexOf(one.reason) - order.indexOf(other.reason))

/** Where what is not taken over stays, until its owner has looked it through. */
export async function createQuarantine(session: Session) {
  await session.query('create schema if not exists adopted')
  await session.query(`create table if not exists adopted.quarantine (
    source text not null,
    uuid uuid not null,
    reason text not null,
    is_moved boolean not null,
    became uuid,
    original jsonb not null,
    created_at timestamptz(3) not null default now(),
    constraint quarantine_pkey primary key (source, uuid, reason))`)
}
