import { markProcess } from '@cruddur/postgres'
import {
  type LocalFile,
  removeLocalFile,
  type StartedProcess,
  writeLocalFile,
} from './local-file.ts'

export type LocalFacts = Omit<LocalFile, 'processes'>

export interface LocalRecord {
  /** From now on there is a file. */
  tell: (facts: LocalFacts) => Promise<void>
  started: (name: string, pid: number) => Promise<void>
  remove: () => Promise<void>
}

/** Keeps `.cruddur/local.json` true while processes come and go. */
export function openRecord(folder: string): LocalRecord {
  const processes = new Map<string, StartedProcess>()
  let known: LocalFacts | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function write() {
    if (known) await writeLocalFile(folder, { ...known, processes: [...processes.values()] })
  }

  /** One after the other, since they share a draft. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }

  return {
    tell(facts) {
      known = facts
      return inTurn(write)
    },
    async started(name, pid) {
      processes.set(name, { name, ...(await markProcess(pid)) })
      await inTurn(write)
    },
    remove() {
      known = undefined
      return inTurn(() => removeLocalFile(folder))
    },
  }
}
