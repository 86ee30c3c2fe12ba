import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openServer, type ServerOptions } from '../src/index.ts'
import { findPostmaster, stopPostmaster } from '../src/postmaster.ts'
import { scratchFolder } from '../src/scratch-folder.ts'

/** A directory for servers, which are stopped before it is removed at the end of the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await makeDirectory()
  onTestFinished(() => removeWithServers(directory))
  return directory
}

export const makeDirectory = async () =>
  mkdtemp(join(await scratchFolder(), 'cruddur-postgres-test-'))

export async function removeWithServers(directory: string) {
  const below = (await readdir(directory)).map((name) => join(directory, name))
  for (const folder of [directory, ...below]) {
    const data = join(folder, 'data')
    const postmaster = existsSync(data) && (await findPostmaster(data))
    if (postmaster) await stopPostmaster(postmaster)
  }
  await rm(directory, { recursive: true, force: true })
}

export async function openTemporary(options: Partial<ServerOptions> = {}) {
  const directory = options.directory ?? (await temporaryDirectory())
  return { directory, server: await openServer({ ...options, directory }) }
}

/** Whether a process lives; a zombie does not. */
export function isAlive(pid: number) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}
