import { type Db, deletePerson, findStanding, upsertPerson } from '@cruddur/db'
import { type GetUser, getUserScope } from './cognito.ts'
import type { Log } from './log.ts'

interface SignedIn {
  sub: string
  scopes: readonly string[]
  accessToken: string
}

export interface EnsurePerson {
  /** False when Cognito does not know the person any more, or they have left. */
  (viewer: SignedIn): Promise<boolean>
  /** Looks the person up again at their next request: they have just left. */
  forget(sub: string): void
}

interface HealDeps {
  db: Db
  getUser: GetUser
  log: Log
}

const rememberedPeople = 50_000
// How long another process may take to see that a person has left.
const rememberedMs = 30_000

/**
 * Makes the row of a signed-in person who has none: an administrator created the account, or the
 * Lambda failed. Whoever was just seen to have one is not looked up again by this process.
 */
export function createEnsurePerson(deps: HealDeps): EnsurePerson {
  const seen = new Map<string, number>()
  async function ensurePerson(viewer: SignedIn) {
    const seenAt = seen.get(viewer.sub)
    if (seenAt !== undefined && Date.now() - seenAt < rememberedMs) return true
    const isThere = await findOrHeal(deps, viewer)
    if (seen.size >= rememberedPeople) seen.clear()
    if (isThere) seen.set(viewer.sub, Date.now())
    else seen.delete(viewer.sub)
    return isThere
  }
  return Object.assign(ensurePerson, { forget: (sub: string) => void seen.delete(sub) })
}

async function findOrHeal(deps: HealDeps, viewer: SignedIn) {
  const { db } = deps
  const { sub } = viewer
  const { hasRow, hasLeft } = await findStanding(db, sub)
  if (hasRow || hasLeft) return hasRow
  if (!(await healPerson(deps, viewer))) return false
  // Who left while the row was made has left: what came too late is taken back.
  const isTooLate = (await findStanding(db, sub)).hasLeft
  if (isTooLate) await deletePerson(db, { sub })
  return !isTooLate
}

async function healPerson({ db, getUser, log }: HealDeps, { sub, scopes, accessToken }: SignedIn) {
  // A token that may not ask gets a made-up handle: the person may still post and be read.
  if (!scopes.includes(getUserScope)) {
    const { uuid } = await upsertPerson(db, { sub })
    log.info('person_healed', { uuid, from: 'token' })
    return true
  }
  const user = await getUser(accessToken)
  if (user?.sub !== sub) return false
  const { handle, name, email } = user
  const { uuid } = await upsertPerson(db, { sub, handle, name, email })
  log.info('person_healed', { uuid, from: 'cognito' })
  return true
}
