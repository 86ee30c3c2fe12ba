import { setTimeout as delay } from 'node:timers/promises'
import { markProcess } from '@cruddur/postgres'
import { answersHealth } from './answers-health.ts'
import { takeLock } from './instance-lock.ts'
import { findLocalFile, type LocalFile } from './local-file.ts'

interface Wait {
  print: (line: string) => void
  stop: AbortSignal
  waitMs?: number
}

/** What already runs here, once it answers; undefined where it is ours to start. */
export async function joinRunning(
  folder: string,
  { print, stop, waitMs = 60_000 }: Wait,
): Promise<LocalFile | undefined> {
  const self = await markProcess(process.pid)
  const deadline = performance.now() + waitMs
  for (let told = false; ; told = true) {
    const { pid } = await takeLock(folder, self)
    if (pid === self.pid) return undefined
    const local = await findLocalFile(folder)
    if (local?.pid === pid && (await answersHealth(local.apiUrl))) return local
    if (performance.now() > deadline) {
      throw new Error(
        `Another dev runs here (process ${pid}), but its API does not answer: ` +
          `look at its terminal, or end it with \`kill ${pid}\`.`,
      )
    }
    if (!told) print(`Waiting for another dev that is starting or stopping here (process ${pid})`)
    await delay(100, undefined, { signal: stop })
  }
}
