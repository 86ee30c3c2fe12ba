import { abortable } from './abortable.ts'
import { cognitoEnvironment } from './api-environment.ts'
import { apiEntry, listSources, migrationsFolder } from './app-sources.ts'
import { linkPeople } from './cognito/link-people.ts'
import { openCognito } from './cognito.ts'
import { endOrphans } from './end-orphans.ts'
import { joinRunning } from './join-running.ts'
import { confirmationCode, localPool } from './local-pool.ts'
import { type LocalFacts, type LocalRecord, openRecord } from './local-record.ts'
import { openDatabase } from './open-database.ts'
import { openStateFolder } from './open-state-folder.ts'
import { requireHost, requirePort } from './require-port.ts'
import type { Settings } from './settings.ts'
import { summarise } from './summary.ts'
import { superviseApi } from './supervise-api.ts'
import type { Terminal } from './terminal.ts'

type Close = () => Promise<void>

/** Runs everything until told to stop; or says what already runs here, and leaves it to that. */
export async function dev(settings: Settings, terminal: Terminal, stop: AbortSignal) {
  const { print, paint } = terminal
  const opened: Close[] = []
  try {
    await openStateFolder(settings.stateFolder)
    const running = await joinRunning(settings.stateFolder, { print, stop })
    if (running) {
      const title = `Cruddur already runs here (process ${running.pid}).`
      print(summarise(running, { title, howToStop: `kill ${running.pid}` }, paint))
      return
    }
    await start(settings, { terminal, stop, defer: (close) => opened.push(close) })
    await abortable(stop, new Promise<never>(() => {}))
  } catch (error) {
    // What breaks off because it was told to stop did not fail.
    if (!stop.aborted) throw error
  } finally {
    if (stop.aborted) print('Stopping')
    await closeAll(opened)
  }
}

interface Start {
  terminal: Terminal
  stop: AbortSignal
  /** Takes what must be closed in the end, as soon as it is open. */
  defer: (close: Close) => void
}

async function start(settings: Settings, { terminal, stop, defer }: Start) {
  const { print, paint } = terminal
  const { stateFolder } = settings
  await endOrphans(stateFolder, { print, keepPostgres: !settings.database })
  await requirePort(settings.port)
  await requireHost(settings.environment.HOST)
  const record = openRecord(stateFolder)
  const { local, ready, updateDatabase } = await openNeeds(settings, record, {
    terminal,
    stop,
    defer,
  })

  print('Starting the API')
  defer(record.remove)
  await record.tell(local)
  const api = superviseApi({
    entry: apiEntry,
    sources: [...listSources('api'), migrationsFolder],
    apiUrl: local.apiUrl,
    environment: {
      ...settings.environment,
      ...(local.cognitoUrl && cognitoEnvironment(local.cognitoUrl)),
      CONNECTION_URL: local.connectionUrl,
    },
    terminal,
    onStart: (pid) => record.started('API', pid),
    async onChange(files) {
      if (files.some((file) => file.startsWith(migrationsFolder))) await updateDatabase()
    },
  })
  defer(api.close)
  await abortable(stop, Promise.all([api.ready, ready]))

  const seconds = process.uptime().toFixed(1)
  const title = `Cruddur runs (process ${process.pid}), started in ${seconds} s.`
  print(summarise(local, { title, howToStop: `Ctrl-C, or kill ${process.pid}` }, paint))
}

interface Needs {
  local: LocalFacts
  ready: Promise<unknown> | undefined
  updateDatabase: () => Promise<void>
}

/** What the API needs: the database, and Cognito unless there is a pool, which starts meanwhile. */
async function openNeeds(
  settings: Settings,
  record: LocalRecord,
  { terminal, stop, defer }: Start,
): Promise<Needs> {
  const startedAs = (name: string) => (pid: number) => record.started(name, pid)
  const cognito = settings.pool
    ? undefined
    : await openCognito(settings, { terminal, defer, onStart: startedAs('Cognito') })
  const onStart = startedAs('Postgres')
  const database = await openDatabase(settings, { terminal, stop, defer, onStart })
  cognito?.useDatabase(database.url)
  const local = {
    pid: process.pid,
    apiUrl: settings.apiUrl,
    connectionUrl: database.url,
    database: database.description,
    ...(settings.pool ?? localPool),
    cognitoUrl: cognito?.url,
    confirmationCode: cognito && confirmationCode,
    people: cognito ? await linkPeople(database.url, cognito.users) : [],
  }
  return { local, ready: cognito?.ready, updateDatabase: database.update }
}

/** The last first; one that fails does not keep the others open. */
async function closeAll(opened: Close[]) {
  const failures: unknown[] = []
  for (const close of opened.reverse()) await close().catch((error) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}
