import type { ChildProcess } from 'node:child_process'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { findStalePid, type Postmaster, readPostmasterFile } from './postmaster.ts'
import { type Identity, spawnAs } from './run-as.ts'
import { openLog, readLog, type ServerFolder } from './server-folder.ts'
import { startFailure } from './start-failure.ts'

interface Start {
  folder: ServerFolder
  binaries: Binaries
  identity: Identity
  port: number
  settings: Record<string, string>
  onChild: (child: ChildProcess) => void
}

const readyWithinMs = 60_000

/** Starts a postmaster of its own session: it outlives us and hears no signal of our terminal. */
export async function startPostmaster(
  start: Start,
): Promise<Postmaster | 'port taken' | 'directory taken'> {
  const { folder, binaries } = start
  const { file, size } = await openLog(folder.log)
  const { uid, gid } = start.identity
  if (uid !== undefined && gid !== undefined) await file.chown(uid, gid)
  const stalePid = await findStalePid(folder.data)
  const child = spawnAs(start.identity, binaries.postgres, postgresArguments(start), {
    cwd: folder.directory,
    stdio: ['ignore', file.fd, file.fd],
    detached: true,
    // Postgres takes a postmaster.pid for a live one while any process has its pid, except for the
    // grandparent that pg_ctl names: naming the recycled pid lets Postgres itself replace the file.
    env: stalePid ? { PG_GRANDPARENT_PID: String(stalePid) } : {},
  })
  start.onChild(child)
  child.unref()
  const ended = new AbortController()
  child.on('error', ({ message }) => ended.abort(message))
  child.on('exit', (code, signal) =>
    ended.abort(`Postgres ended with ${signal ?? `exit code ${code}`}.`),
  )
  await file.close()
  const ready = await pollReady(folder.data, child, ended.signal)
  if (ready) return ready
  return explainEnd(start, [...(await readLog(folder.log, size)), String(ended.signal.reason)])
}

function postgresArguments({ folder, port, settings }: Start) {
  const all = {
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
  }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', folder.data, ...flags]
}

/** The status line of postmaster.pid becomes "ready" once connections are taken. */
async function pollReady(data: string, child: ChildProcess, ended: AbortSignal) {
  const deadline = performance.now() + readyWithinMs
  while (!ended.aborted) {
    const file = await readPostmasterFile(data)
    if (file && file.pid === child.pid && file.status === 'ready') return file
    if (performance.now() > deadline) child.kill('SIGQUIT')
    await delay(5)
  }
  return undefined
}

async function explainEnd({ folder, binaries }: Start, lines: string[]) {
  const log = lines.join('\n')
  if (/could not bind .*: Address already in use/.test(log)) return 'port taken'
  // A shared memory block in use: backends of a killed postmaster are about to notice.
  if (/lock file ".*" already exists|pre-existing shared memory block/.test(log)) {
    return 'directory taken'
  }
  if (/lock file ".*" is empty/.test(log)) {
    await removeEmptyLock(folder.data)
    return 'directory taken'
  }
  throw await startFailure(folder, binaries, lines)
}

/** Empty for an instant while another server starts; empty for good after a power failure. */
async function removeEmptyLock(data: string) {
  const file = join(data, 'postmaster.pid')
  const found = await stat(file).catch(() => undefined)
  if (found?.size === 0 && Date.now() - found.mtimeMs > 2000) await rm(file, { force: true })
}
