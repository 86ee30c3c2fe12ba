import { sql } from 'drizzle-orm'
import type { Db } from '../client.ts'
import { refusedBy } from '../constraints.ts'
import { runRepeatable } from '../prepare.ts'
import { users } from '../schema/index.ts'
import {
  chooseHandles,
  isHandle,
  isPlainEmail,
  type NameSource,
  readDisplayName,
  readEmail,
} from './people-names.ts'

export interface NewPerson extends NameSource {
  email?: string | undefined
  /**
   * The account signed up with us and proved to read that email. Then a row with both its email and
   * its handle is this person's, whatever sub it had
   * (docs/decisions/0006-who-may-take-over-a-row.md).
   */
  provesEmail?: boolean
}

export interface UpsertedPerson {
  uuid: string
  handle: string
  displayName: string
  /** Whether the row was there, is new, or was another sub's or nobody's until now. */
  outcome: 'found' | 'created' | 'taken_over'
}

/**
 * The person's row, made if missing; one that is there keeps all it says and only gains an email.
 */
export async function upsertPerson(db: Db, person: NewPerson): Promise<UpsertedPerson> {
  let refusal: unknown
  for (const handle of chooseHandles(person)) {
    try {
      return await tryHandle(db, person, handle)
    } catch (error) {
      if (!isTaken(error)) throw error
      refusal = error
    }
  }
  throw refusal
}

/**
 * Somebody has the handle, or the same sub came first: its row is what the next statement finds.
 */
const isTaken = (error: unknown) =>
  ['users_handle_key', 'users_cognito_user_id_key'].includes(refusedBy(error) ?? '')

async function tryHandle(db: Db, person: NewPerson, handle: string): Promise<UpsertedPerson> {
  const { sub } = person
  const wanted = isHandle(person.handle) ? person.handle : null
  const email = readEmail(person.email)
  const provesEmail = person.provesEmail === true && email !== null && isPlainEmail(email)
  const returned = sql`returning uuid, handle, display_name`
  const [row] = await runRepeatable<Omit<UpsertedPerson, 'displayName'> & { display_name: string }>(
    db,
    sql`with
      found as (
        update ${users} set email = coalesce(email, lower(${email}::text))
        where cognito_user_id = ${sub} ${returned}),
      taken_over as (
        update ${users} set cognito_user_id = ${sub}
        where ${provesEmail} and email = lower(${email}::text)
          and lower(handle) = lower(${wanted}::text)
          and not exists (select from found) ${returned}),
      created as (
        insert into ${users} (handle, display_name, email, cognito_user_id)
        select ${handle}, coalesce(${readDisplayName(person.name)}, ${handle}),
          lower(${email}::text), ${sub}
        where not exists (select from found) and not exists (select from taken_over) ${returned})
      select *, 'found' as outcome from found
      union all select *, 'taken_over' from taken_over
      union all select *, 'created' from created`,
  )
  if (!row) throw new Error('The upsert of a person answered no row')
  const { uuid, outcome } = row
  return { uuid, handle: row.handle, displayName: row.display_name, outcome }
}

/** Who has the handle, in whatever case, and whether under that very email. */
export async function findPersonByHandle(
  db: Db,
  { handle, email: given }: Pick<NewPerson, 'handle' | 'email'>,
): Promise<{ uuid: string; handle: string; hasEmail: boolean } | undefined> {
  if (!isHandle(handle)) return undefined
  const email = readEmail(given)
  const comparable = email !== null && isPlainEmail(email) ? email : null
  const [row] = await db
    .select({
      uuid: users.uuid,
      handle: users.handle,
      hasEmail: sql<boolean>`coalesce(${users.email} = lower(${comparable}::text), false)`,
    })
    .from(users)
    .where(sql`lower(${users.handle}) = lower(${handle})`)
  return row
}
