import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Binaries, PostgresVersion } from './binaries.ts'
import { describeProcess } from './processes.ts'
import { type Identity, run } from './run-as.ts'
import { findDataVersion, isCode, passwordFile, type ServerFolder } from './server-folder.ts'
import { startFailure } from './start-failure.ts'

interface Initialisation {
  folder: ServerFolder
  binaries: Binaries
  identity: Identity
  version: PostgresVersion
  durable: boolean
  onChild: (child: ChildProcess) => void
}

/** Makes the data directory: elsewhere, then by one rename, so that it is never half made. */
export async function initDataDirectory(init: Initialisation) {
  const { folder, binaries, identity } = init
  const temporary = join(folder.directory, `init-${process.pid}-${randomBytes(6).toString('hex')}`)
  const password = `${temporary}.password`
  try {
    await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' })
    if (identity.uid !== undefined) await chown(password, identity.uid, identity.gid ?? -1)
    const args = [...initdbArguments(init), '-D', temporary, '--pwfile', password]
    const { code, output } = await run(binaries.initdb, args, identity, init.onChild)
    if (code !== 0) throw await startFailure(folder, binaries, output.trimEnd().split('\n'))
    await rename(password, passwordFile(temporary))
    await moveIntoPlace(temporary, folder.data)
  } finally {
    await rm(password, { force: true })
    await rm(temporary, { recursive: true, force: true })
  }
}

function initdbArguments({ version, durable }: Initialisation) {
  // Postgres has locales of its own from 17 on; before, C is the one that every machine has.
  const locale =
    Number(version) >= 17
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : ['--locale=C']
  const sync = durable ? [] : ['--no-sync']
  return ['-U', 'postgres', '-A', 'scram-sha-256', '-E', 'UTF8', ...locale, ...sync]
}

async function moveIntoPlace(temporary: string, data: string) {
  try {
    await rename(temporary, data)
  } catch (cause) {
    if (!isCode(cause, 'ENOTEMPTY', 'EEXIST')) throw cause
    // Another starter was faster: its data is as good as ours.
    if (await findDataVersion(data)) return
    const message = `${data} has files in it but no Postgres data: move it away, or choose another.`
    throw new Error(message, { cause })
  }
}

/** Removes what starters left behind that were killed within initdb. */
export async function removeLeftovers(directory: string) {
  for (const name of await readdir(directory)) {
    const pid = /^init-(\d+)-/.exec(name)?.[1]
    if (pid && !(await describeProcess(Number(pid)))) {
      // An initdb whose starter is gone may still be at it: then the next start removes it.
      await rm(join(directory, name), { recursive: true, force: true }).catch(() => {})
    }
  }
}
