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
import { abortable } from './abortable.ts'
import { planDatabase } from './database-plan.ts'
import { localFilePath } from './local-file.ts'
import { openPostgres } from './open-postgres.ts'
import { type GivenDatabase, poolMissing, type Settings } from './settings.ts'
import type { Terminal } from './terminal.ts'

interface OpenDatabase {
  url: string
  /** Which database it is and what was done to it, a line each. */
  description: string[]
  /** Applies the migrations that arrived meanwhile, where that may be done, or says so. */
  update: () => Promise<void>
}

export interface Opening {
  terminal: Terminal
  stop: AbortSignal
  /** Takes what must be closed in the end, as soon as it is open. */
  defer: (close: () => Promise<void>) => void
  /** Told of each process of our own server. */
  onStart: (pid: number) => Promise<void>
  /** How long the database may take to answer. */
  patienceMs?: number
}

type Needed = Pick<Settings, 'database' | 'pool' | 'stateFolder' | 'postgresPort'>

/** The database that was given, or one of our own: migrated and seeded where it may be. */
export const openDatabase = (settings: Needed, opening: Opening): Promise<OpenDatabase> =>
  settings.database ? openGiven(settings.database, settings, opening) : openOwn(settings, opening)

async function openGiven(
  given: GivenDatabase,
  { pool }: Needed,
  opening: Opening,
): Promise<OpenDatabase> {
  const { terminal, stop } = opening
  const name = describeTarget(readConnectionUrl(given.url))
  terminal.print(`Looking at ${name}`)
  const { version, done, kept } = await abortable(
    stop,
    explained(given, async () => {
      const prepared = await prepare(given, opening)
      // Seen only from within: a tunnel’s near end.
      if (prepared.kept && !pool) throw new DatabaseRefusal(poolMissing(prepared.kept))
      return prepared
    }),
  )
  return {
    url: given.url,
    description: [name, `Postgres ${version}, ${done}`],
    update: () => applyNew({ ...given, kept }, terminal),
  }
}

async function openOwn(settings: Needed, opening: Opening): Promise<OpenDatabase> {
  const { terminal, stop, defer, onStart } = opening
  const directory = join(settings.stateFolder, 'postgres')
  const port = settings.postgresPort
  const server = await openPostgres({ directory, port, terminal, defer, onStart }).catch(
    (cause) => {
      throw port ? new Error(`POSTGRES_PORT is ${port}. ${cause.message}`, { cause }) : cause
    },
  )
  const url = withDatabase(server.url, 'cruddur')
  const own = { url, directUrl: url, kept: undefined }
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
    update: () => applyNew(own, terminal),
  }
}

async function prepare(given: GivenDatabase, { terminal, patienceMs = 12_000 }: Opening) {
  const { directUrl } = given
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
  const { shape, version, onRds } = await inTime(inspectDatabase(directUrl))
  const kept = given.kept ?? (onRds ? 'on RDS, through a tunnel' : undefined)
  const plan = planDatabase(shape, kept)
  if (typeof plan === 'object') {
    throw new DatabaseRefusal(`${name} was left alone. ${plan.refusal}`)
  }
  if (plan === 'leave as it is') {
    return { version, kept, done: `${kept}, so nothing was migrated or seeded` }
  }
  terminal.print('Migrating and seeding the database')
  await migrate(directUrl)
  await inTime(seed(directUrl))
  return { version, kept, done: 'migrated and seeded' }
}

async function applyNew(database: GivenDatabase, { print, paint }: Terminal) {
  const { directUrl, kept } = database
  if (kept) {
    print(paint('yellow', `The database is ${kept}: it may want \`pnpm db migrate\`.`))
    return
  }
  const onApplied = ({ tag }: { tag: string }) => print(`Applied the migration ${tag}`)
  await explained(database, () => migrate(directUrl, { onApplied })).catch((error) =>
    print(paint('red', error.message)),
  )
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
