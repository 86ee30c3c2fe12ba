import { createInterface } from 'node:readline/promises'
import { causeWith } from '../cause.ts'
import { isLoopback, readConnectionUrl } from '../connection-url.ts'
import { listClients } from '../databases.ts'
import { isOnRds } from '../inspect-database.ts'
import { openSession } from '../session.ts'
import { type DatabaseShape, findShape } from '../shape.ts'
import { isProduction, type Target, TargetError } from './targets.ts'

export const confirmFlags = {
  yes: { type: 'boolean', help: 'do not ask; with --confirm' },
  confirm: { type: 'string', value: 'NAME', help: 'the name of the database that you mean' },
} as const

export const dropFlags = {
  ...confirmFlags,
  force: { type: 'boolean', help: 'end the sessions of those who are connected' },
} as const

export interface Confirmation {
  yes?: boolean
  confirm?: string
}

/** What destroys must be allowed to: by the environment, and by a person on another machine. */
export async function requireDisposable(action: string, target: Target, given: Confirmation) {
  refuseUndeclared(action, target)
  const { host } = readConnectionUrl(target.directUrl)
  if (!isLoopback(host)) await requireWord(action, target, given, `It is on ${host}`)
  const held = await inspect(target.directUrl)
  if (isLoopback(host) && held?.onRds) {
    await requireWord(action, target, given, 'It is on RDS, through a tunnel')
  }
  return held
}

/** A drop takes more: what is not ours is spared, and so are those who are connected. */
export async function requireDroppable(
  action: string,
  target: Target,
  given: Confirmation & { force?: boolean },
) {
  const { host, database } = readConnectionUrl(target.directUrl)
  const held = await requireDisposable(action, target, given)
  if (['postgres', 'template0', 'template1'].includes(database)) {
    throw new TargetError(`${action} is refused: ${database} is the server’s own database.`)
  }
  if (!held) return
  if (isLoopback(host)) await requireWordForOthers(action, target, given, held.shape)
  if (given.force || held.clients.length === 0) return
  throw new TargetError(
    `${action} is refused: connected to ${database} are ${held.clients.join(', ')}. ` +
      'Stop them, or add --force to end their sessions.',
  )
}

function refuseUndeclared(action: string, { disposable, environment, keptBy }: Target) {
  if (disposable) return
  const owner = keptBy ?? environment
  const way = isProduction(owner)
    ? `${owner} can never be declared disposable.`
    : `If its data may be lost, write DISPOSABLE=1 into .env.${owner}.`
  const whose = keptBy ? `${keptBy}, whose database is the same` : environment
  throw new TargetError(`${action} is refused: it would destroy data of ${whose}. ${way}`)
}

/** What is there, and who; undefined where the database does not exist. */
async function inspect(url: string) {
  const session = openSession(url)
  try {
    return {
      shape: await findShape(session),
      onRds: await isOnRds(session),
      clients: await listClients(session),
    }
  } catch (error) {
    if (causeWith(error, 'code') === '3D000') return undefined
    throw error
  } finally {
    await session.close()
  }
}

async function requireWordForOthers(
  action: string,
  target: Target,
  given: Confirmation,
  shape: DatabaseShape,
) {
  if (shape === 'bootcamp') {
    const adopt = 'It holds the bootcamp’s tables, which `pnpm db adopt` would keep'
    await requireWord(action, target, given, adopt)
  }
  if (shape === 'foreign') await requireWord(action, target, given, 'What it holds is not ours')
}

interface Person {
  input: NodeJS.ReadableStream & { isTTY?: boolean }
  output: NodeJS.WritableStream
}

/** The word of a person, or of a script that names the database. */
export async function requireWord(
  action: string,
  target: Target,
  given: Confirmation,
  reason: string,
  person: Person = { input: process.stdin, output: process.stderr },
) {
  const { database } = readConnectionUrl(target.directUrl)
  if (given.yes && given.confirm === database) return
  if (given.confirm !== undefined && given.confirm !== database) {
    throw new TargetError(`--confirm names another database than ${database}: nothing was done.`)
  }
  if (!person.input.isTTY) {
    throw new TargetError(
      `${action} needs your word. ${reason}: add --yes --confirm ${database} if you mean it.`,
    )
  }
  const prompt = createInterface(person)
  const typed = await prompt.question(`${reason}. Type the database’s name if you mean it: `)
  prompt.close()
  if (typed !== database) throw new TargetError('That is not its name: nothing was done.')
}
