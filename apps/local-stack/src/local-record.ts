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
  add: (process: StartedProcess) => Promise<void>
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

  const record: LocalRecord = {
    tell(facts) {
      known = facts
      return inTurn(write)
    },
    add(process) {
      processes.set(process.name, process)
      return inTurn(write)
    },
    started: async (name, pid) => record.add({ name, ...(await markProcess(pid)) }),
    remove() {
      known = undefined
      return inTurn(() => removeLocalFile(folder))
    },
  }
  return record
}
