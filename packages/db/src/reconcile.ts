import { causeWith } from './cause.ts'
import { connect, type Db } from './client.ts'
import { upsertPerson } from './queries/people.ts'
import { isHandle, isPlainEmail, readEmail } from './queries/people-names.ts'
import { findIam, openSession, type Session } from './session.ts'

/** An account as the user pool lists it. */
export interface PoolUser {
  sub: string
  handle: string | undefined
  name: string | undefined
  email: string | undefined
  /** False while the sign-up waits for its code: such an account has no row yet. */
  confirmed: boolean
  /** Signed up with us, and a code came back from its email (docs/decisions/0006). */
  provesEmail: boolean
}

export interface Finding {
  kind: 'missing' | 'waiting' | 'changed' | 'conflict' | 'left' | 'failed' | 'orphaned'
  sub: string
  handle: string
}

export interface ReconcileOptions {
  apply: boolean
  /** Gives a waiting row to the account with its handle, whatever the emails: the operator’s word. */
  byHandle?: boolean
  onFinding?: (finding: Finding) => void
  onProgress?: (accounts: number) => void
}

export interface ReconcileReport {
  accounts: number
  findings: Record<Finding['kind'], number>
  applied: number
}

/**
 * Holds the pool’s accounts against the rows of `users`:
 * missing: an account without a row · waiting: its row has no account yet, and the account proves to be its
 * owner’s · changed: another email, proved · conflict: a row waits under its handle, and nothing proves whose it is ·
 * left: whoever has it left within the last day · failed: the row could not be mended · orphaned: a row whose account is gone.
 * Applied, the first three are mended; nobody’s row is ever deleted.
 */
export async function reconcile(
  url: string,
  pages: AsyncIterable<PoolUser[]>,
  options: ReconcileOptions,
): Promise<ReconcileReport> {
  const session = openSession(url, 'cruddur-reconcile')
  const { db, close } = connect(url, {
    applicationName: 'cruddur-reconcile',
    poolSize: 1,
    iam: findIam(url),
  })
  const report: ReconcileReport = {
    accounts: 0,
    findings: { missing: 0, waiting: 0, changed: 0, conflict: 0, left: 0, failed: 0, orphaned: 0 },
    applied: 0,
  }
  const subs = new Set<string>()
  const note = (finding: Finding) => {
    report.findings[finding.kind] += 1
    options.onFinding?.(finding)
  }
  try {
    for await (const page of pages) {
      for (const user of page) subs.add(user.sub)
      report.accounts += page.length
      const accounts = page.filter(({ confirmed }) => confirmed).map(readAccount)
      for (const { account, kind } of await compare(session, accounts, options)) {
        const finding = { sub: account.sub, handle: account.handle ?? '' }
        note({ kind, ...finding })
        if (!options.apply || kind === 'conflict' || kind === 'left') continue
        if (await mend(session, db, { account, kind })) report.applied += 1
        else note({ kind: 'failed', ...finding })
      }
      options.onProgress?.(report.accounts)
    }
    for (const orphan of await listOrphans(session, subs)) note(orphan)
    return report
  } finally {
    await Promise.all([session.close(), close()])
  }
}

/** As the database would take it: what cannot be a handle or an email is none. */
function readAccount(user: PoolUser): PoolUser {
  const email = readEmail(user.email) ?? undefined
  return {
    ...user,
    handle: isHandle(user.handle) ? user.handle : undefined,
    email,
    provesEmail: user.provesEmail && email !== undefined && isPlainEmail(email),
  }
}

type Compared = { account: PoolUser; kind: Exclude<Finding['kind'], 'failed' | 'orphaned'> }

async function compare(
  session: Session,
  accounts: PoolUser[],
  { byHandle = false }: ReconcileOptions,
): Promise<Compared[]> {
  const rows = await session.query<{ n: number; kind: Compared['kind'] }>(
    `select n, case
        when own.uuid is not null then 'changed'
        when exists (select from departures where cognito_user_id = account.sub
          and created_at > now() - interval '1 day') then 'left'
        when waits.uuid is null then 'missing'
        when $2 or ("provesEmail" and waits.email = lower(account.email)) then 'waiting'
        else 'conflict' end as kind
      from json_to_recordset($1) as account(
        n int, sub text, handle text, email text, "provesEmail" boolean)
      left join users as own on own.cognito_user_id = account.sub
      left join users as waits
        on lower(waits.handle) = lower(account.handle) and waits.cognito_user_id is null
      where own.uuid is null
        or ("provesEmail" and own.email is distinct from lower(account.email))
      order by n`,
    [JSON.stringify(accounts.map(({ name: _, ...account }, n) => ({ n, ...account }))), byHandle],
  )
  return rows.flatMap(({ n, kind }) => {
    const account = accounts[n]
    return account ? [{ account, kind }] : []
  })
}

/** False when it could not be; the others go on. */
async function mend(session: Session, db: Db, { account, kind }: Compared): Promise<boolean> {
  try {
    if (kind === 'changed') return (await updateEmail(session, account)).length > 0
    // Another account may have got the row just before: then this one gets a row of its own.
    if (kind === 'waiting' && (await giveRow(session, account)).length > 0) return true
    await upsertPerson(db, { ...account, provesEmail: false })
    return true
  } catch (error) {
    if (causeWith(error, 'severity') === undefined) throw error
    return false
  }
}

const giveRow = (session: Session, { sub, handle, email }: PoolUser) =>
  session.query(
    `update users set cognito_user_id = $1, email = coalesce(email, lower($3::text))
     where lower(handle) = lower($2) and cognito_user_id is null returning uuid`,
    [sub, handle ?? null, email ?? null],
  )

const updateEmail = (session: Session, { sub, email }: PoolUser) =>
  session.query(
    'update users set email = lower($2::text) where cognito_user_id = $1 returning uuid',
    [sub, email ?? null],
  )

async function listOrphans(session: Session, subs: Set<string>): Promise<Finding[]> {
  const rows = await session.query<{ sub: string; handle: string }>(
    'select cognito_user_id as sub, handle from users where cognito_user_id is not null order by handle',
  )
  return rows
    .filter(({ sub }) => !subs.has(sub))
    .map(({ sub, handle }) => ({ kind: 'orphaned', sub, handle }))
}
