import { readFile, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describeProcess, sendSignal } from './processes.ts'
import { isCode } from './server-folder.ts'

/** A server's main process, as postmaster.pid in its data directory tells it. */
export interface Postmaster {
  pid: number
  port: number
  status: string
  /** The data directory, as the process was told it. */
  directory: string
}

/** The postmaster that runs on the data directory, if one does. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const file = await readPostmasterFile(data)
  return file && (await runsOn(data, file)) ? file : undefined
}

/** The pid in a postmaster.pid whose postmaster no longer runs. */
export async function findStalePid(data: string) {
  const file = await readPostmasterFile(data)
  return file && !(await runsOn(data, file)) ? file.pid : undefined
}

export async function readPostmasterFile(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch((error) => {
    if (isCode(error, 'ENOENT')) return ''
    throw error
  })
  const [pid, directory = '', , port, , , , status = ''] = text.split('\n')
  if (!Number(pid) || !Number(port)) return undefined
  return { pid: Number(pid), port: Number(port), status: status.trim(), directory }
}

/** A copy of a directory whose server runs names the original's postmaster, which is not ours. */
async function runsOn(data: string, postmaster: Postmaster) {
  if (!(await isAlive(postmaster))) return false
  const [named, ours] = await Promise.all([
    stat(postmaster.directory).catch(() => undefined),
    stat(data),
  ])
  const moved = named === undefined
  return moved || (named.ino === ours.ino && named.dev === ours.dev)
}

/** The pid alone says little: it may belong to any program by now, even to another Postgres. */
async function isAlive({ pid, directory }: Postmaster) {
  return `${await describeProcess(pid)} `.includes(`postgres -D ${directory} `)
}

const stopSignals = [
  { signal: 'SIGINT', waitMs: 5000 }, // rolls back what runs, writes a checkpoint
  { signal: 'SIGQUIT', waitMs: 10_000 }, // drops everything; the next start recovers from the WAL
] as const

// Every Postgres answers this with one byte before it looks at anything else.
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

/** Whether the postmaster still has somebody answer: it says "ready" until well after kill -9. */
export function takesConnections({ port }: Postmaster) {
  return new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2000 })
    const end = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.on('connect', () => socket.write(sslRequest))
    socket.on('data', () => end(true))
    for (const event of ['error', 'close', 'timeout']) socket.on(event, () => end(false))
  })
}

/** Stops the postmaster and waits until it is gone. */
export async function stopPostmaster(postmaster: Postmaster) {
  for (const { signal, waitMs } of stopSignals) {
    if (!(await isAlive(postmaster))) return
    sendSignal(postmaster.pid, signal)
    const deadline = performance.now() + waitMs
    while (performance.now() < deadline) {
      if (!(await isAlive(postmaster))) return
      await delay(10)
    }
  }
  const { directory, pid } = postmaster
  throw new Error(`The Postgres on ${directory} does not stop: end process ${pid} with kill -9.`)
}
