import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { answersHealth } from './answers-health.ts'
import { formatLine, readLogLine } from './log-line.ts'
import { sendSignal } from './processes.ts'
import type { Terminal } from './terminal.ts'

export interface ApiProcess {
  pid: number
  /** Fulfilled once it answers; rejected with its last lines if it ends before. */
  ready: Promise<void>
  /** Why it ended. */
  ended: Promise<string>
  /** It was told to end. */
  stopping: boolean
  /** Lets it finish what it is answering. */
  stop(): Promise<void>
}

export interface ApiOptions {
  /** The file to run. */
  entry: string
  apiUrl: string
  environment: Record<string, string | undefined>
  terminal: Terminal
}

const linesKept = 20
const readyWithinMs = 30_000
// The API itself gives what is in flight 9 s.
const stopWithinMs = 10_000

/** Starts the API from its sources, in a process group of its own. */
export function startApi({ entry, apiUrl, environment, terminal }: ApiOptions): ApiProcess {
  const child = spawn(process.execPath, nodeArguments(entry), {
    cwd: dirname(entry),
    env: environment,
    detached: true,
    // Nothing is written to its stdin, which ends when we do: see end-with-parent.ts.
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${process.execPath} cannot be started for the API.`)
  const ended = once(child, 'close').then(([code, signal]) => `${signal ?? `exit code ${code}`}`)
  const output = readOutput(child, terminal)
  const ready = pollReady(apiUrl, output, ended)
  // Whoever waits for it hears of it; nobody may be waiting yet.
  ready.then(output.show, () => {})
  const api: ApiProcess = {
    pid,
    ready,
    ended,
    stopping: false,
    stop() {
      api.stopping = true
      return stopApi(child, pid, ended)
    },
  }
  return api
}

function nodeArguments(entry: string): string[] {
  const preloads = [import.meta.resolve('tsx'), join(import.meta.dirname, 'end-with-parent.ts')]
  return [...preloads.flatMap((preload) => ['--import', preload]), entry]
}

/** Keeps its lines until it answers, for a start that fails; from then on they are shown. */
function readOutput({ stdout, stderr }: ChildProcess, { print, paint }: Terminal) {
  const kept: string[] = []
  let shown = false
  const output = { listens: false, kept, show: () => (shown = true) }
  for (const input of [stdout, stderr]) {
    if (!input) continue
    createInterface({ input }).on('line', (line) => {
      output.listens ||= readLogLine(line)?.event === 'listening'
      const text = formatLine(line, paint)
      if (shown && text !== undefined) print(text)
      if (!shown && kept.push(text ?? line) > linesKept) kept.shift()
    })
  }
  return output
}

/** Its own word that it listens comes first: another program may answer on that port. */
async function pollReady(
  apiUrl: string,
  output: { listens: boolean; kept: string[] },
  ended: Promise<string>,
) {
  let failure: string | undefined
  ended.then((reason) => {
    failure = `The API did not start (${reason})`
  })
  const deadline = performance.now() + readyWithinMs
  while (!(output.listens && (await answersHealth(apiUrl)))) {
    if (performance.now() > deadline) failure = 'The API does not answer'
    if (failure) {
      const lines = output.kept.map((line) => `\n  ${line}`)
      throw new Error(`${failure}. Its last lines:${lines.join('') || ' none'}`)
    }
    await delay(10)
  }
}

async function stopApi(
  { exitCode, signalCode }: ChildProcess,
  pid: number,
  ended: Promise<string>,
) {
  if (exitCode === null && signalCode === null) sendSignal(pid, 'SIGTERM')
  const late = setTimeout(() => sendSignal(-pid, 'SIGKILL'), stopWithinMs)
  await ended
  clearTimeout(late)
}
