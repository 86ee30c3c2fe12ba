import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sendSignal } from '@cruddur/postgres'

export interface NodeProcess {
  pid: number
  /** Why it ended. */
  ended: Promise<string>
  /** It was told to end. */
  stopping: boolean
  /** Waits for its sign that it works; rejected with its last lines if none comes. */
  started<T>(sign: Promise<T>): Promise<T>
  /** Lets it finish what it does, for a moment. */
  stop(): Promise<void>
}

interface Options {
  name: string
  args: string[]
  cwd: string
  env: Record<string, string | undefined>
  /** Told of each line that it writes; gives it as a person reads it. */
  onLine: (line: string) => string
  stopWithinMs: number
}

const linesKept = 20
const startsWithinMs = 30_000

// As text, of plain JavaScript: the loader for TypeScript would make a start twice as long.
const endWithParent = readFileSync(join(import.meta.dirname, 'end-with-parent.ts'), 'utf8')
const preload = `data:text/javascript,${encodeURIComponent(endWithParent)}`

/** Runs Node in a process group of its own, which ends when we do. */
export function startNode({ name, args, cwd, env, onLine, stopWithinMs }: Options): NodeProcess {
  const child = spawn(process.execPath, ['--import', preload, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${process.execPath} cannot be started for ${name}.`)
  const kept: string[] = []
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      if (kept.push(onLine(line)) > linesKept) kept.shift()
    })
  }
  const ended = once(child, 'close').then(([code, signal]) => `${signal ?? `exit code ${code}`}`)
  const started: NodeProcess['started'] = (sign) =>
    unlessLate(sign, ended).catch((reason) => {
      const lines = kept.length > 0 ? kept : ['none']
      throw new Error([`${name} did not start (${reason}). Its last lines:`, ...lines].join('\n  '))
    })
  const running: NodeProcess = {
    ...{ pid, ended, started, stopping: false },
    async stop() {
      running.stopping = true
      if (child.exitCode === null && child.signalCode === null) sendSignal(pid, 'SIGTERM')
      const late = setTimeout(() => sendSignal(-pid, 'SIGKILL'), stopWithinMs)
      await ended
      clearTimeout(late)
    },
  }
  return running
}

/** Rejected with the reason why there will be no sign. */
function unlessLate<T>(sign: Promise<T>, ended: Promise<string>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(reject, startsWithinMs, 'it does not answer')
    sign.then(resolve, reject).finally(() => clearTimeout(late))
    ended.then(reject).finally(() => clearTimeout(late))
  })
}
