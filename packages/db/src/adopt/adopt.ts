import { baseline, MigrationError } from '../journal.ts'
import { asMigrator, migrate } from '../migrate.ts'
import { isLockFailure } from '../migration-lock.ts'
import { type Migration, readMigrations } from '../migrations-folder.ts'
import { openSession, type Session } from '../session.ts'
import { findShape } from '../shape.ts'
import { type Bootcamp, readBootcamp } from './bootcamp.ts'
import { countFindings, type Finding, quarantine } from './findings.ts'
import { holdExpired } from './hold-expired.ts'
import { longest, stage } from './stage.ts'

interface Counts {
  users: number
  activities: number
}

/** What adopting does to a database, or did. */
export interface Adoption {
  bootcamp: Bootcamp
  before: Counts
  after: Counts
  /** How many rows went to the quarantine whole: before is always after and these. */
  moved: Counts
  /** Of the rows after, those that had expired: no sweep takes them before their owner says so. */
  expired: number
  findings: Finding[]
}

const planSteps = ['stage', 'count', 'quarantine'] as const
const steps = ['lock', 'stage', 'quarantine', 'make tables', 'move rows', 'migrate'] as const

export interface AdoptOptions {
  migrations?: Migration[]
  onStep?: (step: (typeof steps | typeof planSteps)[number], done: number, total: number) => void
}

/** What adopting would do; undefined for a database that is ours already. It changes nothing. */
export async function planAdoption(
  url: string,
  { migrations = readMigrations(), onStep }: AdoptOptions = {},
): Promise<Adoption | undefined> {
  const begin = (step: (typeof planSteps)[number]) =>
    onStep?.(step, planSteps.indexOf(step), planSteps.length)
  const session = openSession(url, 'cruddur-adopt')
  try {
    // Whatever the role or the database has as its own.
    await session.query('set statement_timeout = 0')
    const bootcamp = await findBootcamp(session, migrations)
    if (!bootcamp) return undefined
    await session.query('begin isolation level repeatable read')
    await session.query('set local search_path = public')
    begin('stage')
    await stage(session, bootcamp)
    begin('count')
    const counts = await count(session)
    begin('quarantine')
    const findings = await countFindings(session)
    await session.query('rollback')
    onStep?.('quarantine', planSteps.length, planSteps.length)
    return { bootcamp, ...counts, findings }
  } finally {
    await session.close()
  }
}

/** Makes a bootcamp database ours in one transaction; undefined when it is ours already. */
export async function adopt(
  url: string,
  { migrations = readMigrations(), onStep }: AdoptOptions = {},
): Promise<Adoption | undefined> {
  const adoption = await asMigrator(url, 60_000, async (session) => {
    const bootcamp = await findBootcamp(session, migrations)
    return bootcamp && session.transaction(() => takeOver(session, bootcamp, migrations, onStep))
  })
  // What cannot run in a transaction comes after it, as in every other database.
  if (adoption) await migrate(url, { migrations })
  return adoption
}

async function findBootcamp(
  session: Session,
  migrations: Migration[],
): Promise<Bootcamp | undefined> {
  const shape = await findShape(session, migrations)
  if (shape === 'ours') return undefined
  if (shape === 'bootcamp') return readBootcamp(session, migrations)
  throw new MigrationError(
    shape === 'empty'
      ? 'This database is empty, so there is nothing to adopt. `pnpm db migrate` makes its tables.'
      : 'This database holds no users and activities as the bootcamp made them. Nothing was changed: name the one that the Flask app uses.',
  )
}

async function takeOver(
  session: Session,
  seen: Bootcamp,
  migrations: Migration[],
  onStep: AdoptOptions['onStep'],
): Promise<Adoption> {
  const begin = (step: (typeof steps)[number]) => onStep?.(step, steps.indexOf(step), steps.length)
  begin('lock')
  await lock(session, seen)
  // As it is now that nobody can change it.
  const bootcamp = await readBootcamp(session, migrations)
  begin('stage')
  await stage(session, bootcamp)
  const counts = await count(session)
  begin('quarantine')
  const findings = await quarantine(session)
  begin('make tables')
  const [first, ...later] = migrations
  await setAside(session, bootcamp)
  await run(session, first)
  begin('move rows')
  await moveRows(session)
  begin('migrate')
  const untransactional = later.findIndex(({ transactional }) => !transactional)
  const inside = untransactional < 0 ? later : later.slice(0, untransactional)
  for (const migration of inside) await run(session, migration)
  // One of drizzle-kit’s own is without our column, and empty: with an entry it is not adopted.
  await session.query(`alter table if exists drizzle.__drizzle_migrations
    add column if not exists applied_at timestamptz(3) not null default clock_timestamp()`)
  await baseline(session, migrations.slice(0, inside.length + 1))
  await giveRights(session)
  await session.query('drop table adopted.users, adopted.activities')
  if (counts.expired > 0) await holdExpired(session)
  await session.query('analyze users, activities')
  onStep?.('migrate', steps.length, steps.length)
  return { bootcamp, ...counts, findings }
}

/** The old back end may be writing: who waits for these locks makes everybody wait behind them. */
async function lock(session: Session, bootcamp: Bootcamp) {
  await session.query("set local lock_timeout = '5s'")
  await session.query('set local statement_timeout = 0')
  await session.query('set local search_path = public')
  try {
    await session.query(`lock table ${listTables(bootcamp)} in access exclusive mode`)
  } catch (error) {
    if (!isLockFailure(error)) throw error
    throw new MigrationError(
      'Somebody has kept the tables busy for 5 s, so nothing was changed. Stop the old back end, end long transactions (`pnpm db sessions` shows them), then run this again.',
      { cause: error },
    )
  }
}

async function count(session: Session): Promise<Omit<Adoption, 'findings' | 'bootcamp'>> {
  const [found] = await session.query<Record<string, number>>(
    `select
       (select count(*)::int from public.users) as users,
       (select count(*)::int from public.activities) as activities,
       (select count(*)::int from staged_users where uuid = kept_uuid) as kept_users,
       (select count(*)::int from staged_activities where is_kept) as kept_activities,
       (select count(*)::int from staged_activities
         where is_kept and expires_at <= now()) as expired`,
  )
  const {
    users = 0,
    activities = 0,
    kept_users = 0,
    kept_activities = 0,
    expired = 0,
  } = found ?? {}
  return {
    before: { users, activities },
    after: { users: kept_users, activities: kept_activities },
    moved: { users: users - kept_users, activities: activities - kept_activities },
    expired,
  }
}

const listTables = ({ hasSchemaInformation }: Bootcamp) => [
  'public.users',
  'public.activities',
  ...(hasSchemaInformation ? ['public.schema_information'] : []),
]

async function setAside(session: Session, bootcamp: Bootcamp) {
  for (const table of listTables(bootcamp)) {
    await session.query(`alter table ${table} set schema adopted`)
  }
}

async function run(session: Session, migration: Migration | undefined) {
  for (const statement of migration?.statements ?? []) await session.query(statement)
}

/** Into the tables of the first migration: the others find rows, as they would in any database. */
async function moveRows(session: Session) {
  await session.query(
    `insert into users (uuid, display_name, handle, email, cognito_user_id, bio, created_at)
     select uuid, coalesce(display_name, handle), handle, email, account,
       left(bio, ${longest.bio}), created_at
     from staged_users where uuid = kept_uuid`,
  )
  await session.query(
    `insert into activities (uuid, user_uuid, message, replies_count, reposts_count, likes_count,
       reply_to_activity_uuid, expires_at, created_at)
     select uuid, user_uuid, message, replies_count, reposts_count, likes_count,
       parent_uuid, expires_at, created_at
     from staged_activities where is_kept`,
  )
  const [check] = await session.query<{ complete: boolean }>(
    `select every(old = kept + moved) as complete from (values
       ((select count(*) from adopted.users), (select count(*) from users),
         (select count(*) from adopted.quarantine where source = 'users' and is_moved)),
       ((select count(*) from adopted.activities), (select count(*) from activities),
         (select count(*) from adopted.quarantine where source = 'activities' and is_moved))
     ) as counted(old, kept, moved)`,
  )
  if (!check?.complete) throw new MigrationError('Rows would be lost, so nothing was changed.')
}

/** Whoever could use the old tables may go on: the way back is the old back end on the new ones. */
async function giveRights(session: Session) {
  await session.query(`do $$
    declare had record;
    begin
      for had in
        select relname, privilege_type, columns, case grantee when 0 then 'public'
          else quote_ident(pg_get_userbyid(grantee)) end as role
        from pg_class cross join lateral (
          select relacl, '' union all select attacl, format('(%I)', attname)
          from pg_attribute where attrelid = pg_class.oid and not attisdropped) as given(acl, columns)
        cross join aclexplode(case columns when '' then coalesce(acl, acldefault('r', relowner))
          else acl end)
        where pg_class.oid in ('adopted.users'::regclass, 'adopted.activities'::regclass)
          and grantee <> current_user::regrole
      loop
        execute format('grant %s %s on public.%I to %s',
          had.privilege_type, had.columns, had.relname, had.role);
        -- A trigger of ours writes them as whoever posts.
        if had.relname = 'activities' and had.privilege_type = 'INSERT' then
          execute format(
            'grant select, insert, update, delete on public.search_words to %s', had.role);
        end if;
      end loop;
    end $$`)
}
