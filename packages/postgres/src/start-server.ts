import type { ChildProcess } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { findBinaries, installedVersion, type PostgresVersion } from './binaries.ts'
import { findFreePort, portTaken, requireFreePort } from './free-port.ts'
import { initDataDirectory, removeLeftovers } from './init-data-directory.ts'
import type { Server, ServerOptions } from './open-server.ts'
import { findPostmaster, type Postmaster, stopPostmaster, takesConnections } from './postmaster.ts'
import { chooseIdentity } from './run-as.ts'
import {
  findDataVersion,
  getPassword,
  readLog,
  type ServerFolder,
  serverFolder,
} from './server-folder.ts'
import { startPostmaster } from './start-postmaster.ts'

interface Options extends ServerOptions {
  durable: boolean
  onChild?: (child: ChildProcess) => void
}

const attempts = 100
const readyWithinMs = 60_000

/**
 * Starters of one directory need no lock of ours, which could go stale: initdb's result arrives by
 * a rename that one of them wins; of two postmasters Postgres lets one live, which both adopt.
 */
export async function startServer(options: Options): Promise<Server> {
  const { directory, port = 0, version = installedVersion } = options
  const folder = serverFolder(directory)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await requireVersion(folder, version)
  const running = await adopt(folder, port)
  if (running) return toServer(folder, running, version, true)

  if (port) await requireFreePort(port)
  const prepared = await prepare(folder, options, version)
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const started = await startPostmaster({ ...prepared, port: port || (await findFreePort()) })
    if (typeof started === 'object') return toServer(folder, started, version, false)
    if (started === 'port taken' && port) throw portTaken(port)
    if (started === 'directory taken') {
      const winner = await adopt(folder, port)
      if (winner) return toServer(folder, winner, version, true)
      await delay(50)
    }
  }
  throw new Error(
    `Another Postgres holds ${directory} but takes no connections (see ${folder.log}): ` +
      'end its processes, then start again.',
  )
}

async function requireVersion({ data, directory }: ServerFolder, version: PostgresVersion) {
  const found = await findDataVersion(data)
  if (!found || found === version) return
  throw new Error(
    `The data in ${directory} is of Postgres ${found}, and Postgres ${version} cannot read it: ` +
      'remove the directory for a new, empty database, choose another one, ' +
      `or run Postgres ${found} on it.`,
  )
}

/** The server that runs on the directory, ready, unless another port was asked for. */
async function adopt({ data, log }: ServerFolder, port: number): Promise<Postmaster | undefined> {
  const deadline = performance.now() + readyWithinMs
  for (;;) {
    const running = await findPostmaster(data)
    if (!running) return undefined
    if (port && running.port !== port) {
      await requireFreePort(port)
      await stopPostmaster(running)
      return undefined
    }
    if (running.status === 'ready' && (await takesConnections(running))) return running
    if (performance.now() > deadline) {
      const last = (await readLog(log, 0)).at(-1)
      throw new Error(
        `The Postgres on ${data} (process ${running.pid}) takes no connections ` +
          `(${running.status}): end it with kill -QUIT, then start again. Its last words: ${last}`,
      )
    }
    await delay(10)
  }
}

async function prepare(folder: ServerFolder, options: Options, version: PostgresVersion) {
  const { onProgress = () => {}, onChild = () => {}, settings = {}, durable } = options
  const cache = options.binariesDirectory
  const binaries = await findBinaries(version, { onProgress, ...(cache ? { cache } : {}) })
  await removeLeftovers(folder.directory)
  const identity = await chooseIdentity(folder.directory, binaries.postgres)
  if (!(await findDataVersion(folder.data))) {
    onProgress(`Creating the data of Postgres ${version}`)
    await initDataDirectory({ folder, binaries, identity, version, durable, onChild })
  }
  onProgress(`Starting Postgres ${version}`)
  return { folder, binaries, identity, settings, onChild }
}

async function toServer(
  { data }: ServerFolder,
  postmaster: Postmaster,
  version: PostgresVersion,
  adopted: boolean,
): Promise<Server> {
  const { pid, port } = postmaster
  const url = `postgres://postgres:${await getPassword(data)}@127.0.0.1:${port}/postgres`
  return { url, port, pid, adopted, version, close: () => stopPostmaster(postmaster) }
}
