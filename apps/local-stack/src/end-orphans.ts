import { endProcess, isRunning } from '@cruddur/postgres'
import { findLocalFile } from './local-file.ts'

interface Options {
  print: (line: string) => void
  /** It is about to be taken over. */
  keepPostgres: boolean
}

/** Ends what a dev left behind that was killed. */
export async function endOrphans(folder: string, { print, keepPostgres }: Options) {
  const left = await findLocalFile(folder)
  for (const orphan of left?.processes ?? []) {
    const isPostgres = orphan.name === 'Postgres'
    if ((isPostgres && keepPostgres) || !(await isRunning(orphan))) continue
    print(`Ending what a killed dev left behind: ${orphan.name} (process ${orphan.pid})`)
    // To Postgres a SIGTERM means to wait for its clients.
    if (isPostgres) await endProcess(orphan, 'SIGINT', 10_000)
    else await endProcess(orphan, 'SIGTERM', 3000)
  }
}
