import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { answersHealth } from './answers-health.ts'
import { formatLine, readLogLine } from './log-line.ts'
import { type NodeProcess, startNode } from './node-process.ts'
import type { Terminal } from './terminal.ts'

export interface ApiProcess extends NodeProcess {
  /** Fulfilled once it answers; rejected with its last lines if it ends before. */
  ready: Promise<void>
}

export interface ApiOptions {
  /** The file to run. */
  entry: string
  apiUrl: string
  environment: Record<string, string | undefined>
  terminal: Terminal
}

// The API itself gives what is in flight 9 s.
const stopWithinMs = 10_000

/** Starts the API from its sources; its lines are shown once it answers. */
export function startApi({ entry, apiUrl, environment, terminal }: ApiOptions): ApiProcess {
  const { print, paint } = terminal
  let isReady = false
  let listens = () => {}
  // Its own word that it listens comes first: another program may answer on that port.
  const listening = new Promise<void>((resolve) => {
    listens = resolve
  })
  const child = startNode({
    name: 'The API',
    args: ['--import', import.meta.resolve('tsx'), entry],
    cwd: dirname(entry),
    env: environment,
    stopWithinMs,
    onLine(line) {
      if (readLogLine(line)?.event === 'listening') listens()
      const text = formatLine(line, paint)
      if (isReady && text !== undefined) print(text)
      return text ?? line
    },
  })
  const answers = listening.then(() => pollHealth(apiUrl, child))
  const ready = child.started(answers).then(() => {
    isReady = true
  })
  // Whoever waits for it hears of it; nobody may be waiting yet.
  ready.catch(() => {})
  return Object.assign(child, { ready })
}

async function pollHealth(apiUrl: string, child: NodeProcess) {
  let hasEnded = false
  child.ended.then(() => {
    hasEnded = true
  })
  while (!hasEnded && !(await answersHealth(apiUrl))) await delay(10)
}
