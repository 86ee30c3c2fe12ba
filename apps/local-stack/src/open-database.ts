import { join } from 'node:path'
import {
  createDatabase,
  describeTarget,
  explain,
  inspectDatabase,
  MigrationError,
  migrate,
  readConnectionUrl,
  seed,
  withDatabase,
} from '@cruddur/db/admin'
import { markProcess, openServer } from '@cruddur/postgres'
import { abortable } from './abortable.ts'
import { planDatabase } from './database-plan.ts'
import { localFilePath, type StartedProcess } from './local-file.ts'
import type { GivenDatabase, Settings } from './settings.ts'

interface OpenDatabase {
  url: string
  /** Which database it is and what was done to it, a line each. */
  description: string[]
  /** The server, if it is ours. */
  processes: StartedProcess[]
}

export interface Opening {
  print: (line: string) => void
  stop: AbortSignal
  /** Takes what must be closed in the end, as soon as it is open. */
  defer: (close: () => Promise<void>) => void
  /** How long the database may take to answer. */
  patienceMs?: number
}

type Needed = Pick<Settings, 'database' | 'stateFolder' | 'postgresPort'>

/** The database that was given, or one of our own: migrated and seeded where it may be. */
export const openDatabase = (settings: Needed, opening: Opening): Promise<OpenDatabase> =>
  settings.database ? openGiven(settings.database, opening) : openOwn(settings, opening)

async function openGiven(given: GivenDatabase, opening: Opening): Promise<OpenDatabase> {
  const { print, stop } = opening
  const name = describeTarget(readConnectionUrl(given.url))
  print(`Looking at ${name}`)
  const { version, done } = await abortable(
    stop,
    explained(given, () => prepare(given, opening)),
  )
  return { url: given.url, description: [name, `Postgres ${version}, ${done}`], processes: [] }
}

async function openOwn(settings: Needed, opening: Opening): Promise<OpenDatabase> {
  const { print, stop, defer } = opening
  const directory = join(settings.stateFolder, 'postgres')
  const port = settings.postgresPort
  const server = await openServer({ directory, port, onProgress: print }).catch((cause) => {
    throw port ? new Error(`POSTGRES_PORT is ${port}. ${cause.message}`, { cause }) : cause
  })
  defer(server.close)
  const url = withDatabase(server.url, 'cruddur')
  const own = { url, directUrl: url, loopback: true }
  const work = explained(own, async () => {
    const created = await createDatabase(url)
    return { created, ...(await prepare(own, opening)) }
  })
  const { created, version, done } = await abortable(stop, work)
  const story = server.adopted
    ? 'already running, taken over'
    : created
      ? 'new'
      : 'with what was in it'
  return {
    url,
    description: [
      `Postgres ${version} on 127.0.0.1:${server.port}, ${story}, ${done}`,
      `data in ${directory}`,
      `URL with the password in ${localFilePath(settings.stateFolder)}`,
    ],
    processes: [{ name: 'Postgres', ...(await markProcess(server.pid)) }],
  }
}

async function prepare(given: GivenDatabase, { print, patienceMs = 12_000 }: Opening) {
  const { directUrl, loopback } = given
  const name = describeTarget(readConnectionUrl(directUrl))
  // Neither a server that takes connections and is silent nor a lock on a table ends by itself.
  const inTime = <T>(work: Promise<T>) =>
    abortable(AbortSignal.timeout(patienceMs), work).catch((error) => {
      if (error?.name !== 'TimeoutError') throw error
      throw new DatabaseRefusal(
        `${name} gave no answer within ${patienceMs / 1000} s. Does another session lock its ` +
          'tables (see pg_stat_activity), or does the server hang? End that, then start dev again.',
      )
    })
  const { shape, version } = await inTime(inspectDatabase(directUrl))
  const plan = planDatabase(shape, loopback)
  if (typeof plan === 'object') {
    throw new DatabaseRefusal(`${name} was left alone. ${plan.refusal}`)
  }
  if (plan === 'leave as it is') {
    return { version, done: 'on another machine, so nothing was migrated or seeded' }
  }
  print('Migrating and seeding the database')
  await migrate(directUrl)
  await inTime(seed(directUrl))
  return { version, done: 'migrated and seeded' }
}

class DatabaseRefusal extends Error {}

/** Whatever goes wrong on the way, as a sentence that a person may read. */
async function explained<T>({ directUrl }: GivenDatabase, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DatabaseRefusal || error instanceof MigrationError) throw error
    throw new Error(explain(error, directUrl), { cause: error })
  }
}
