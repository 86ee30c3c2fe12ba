import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** What a function answered, as JSON; or how it failed, as Lambda puts it. */
export interface Invocation {
  payload?: string
  failure?: { errorType: string; errorMessage: string }
}

export interface FunctionProcess {
  invoke(event: unknown): Promise<Invocation>
  isIdle(): boolean
  isRunning(): boolean
  stop(): Promise<void>
}

interface Options {
  /** Where its lambda.mjs is. */
  folder: string
  /** All that it is told. */
  environment: Record<string, string>
  timeoutMs: number
  /** Told of each line that it writes, and of its end. */
  onLine: (line: string) => void
}

// Loading it has a time of its own, as on AWS.
const loadWithinMs = 10_000

type Waiting = Map<string, (invocation: Invocation) => void>
type Message = 'ready' | (Invocation & { id: string })

/** Starts a function in a process that has its code, its environment and nothing else of ours. */
export function startFunction(options: Options): FunctionProcess {
  const child = spawnRuntime(options)
  const waiting: Waiting = new Map()
  let isRunning = true
  const ended = once(child, 'close').then(([code, signal]) => {
    const reason = signal ? `signal: ${signal}` : `exit status ${code}`
    const errorMessage = `Error: Runtime exited with error: ${reason}`
    if (isRunning) options.onLine(errorMessage)
    isRunning = false
    const failure = { errorType: 'Runtime.ExitError', errorMessage }
    for (const settle of waiting.values()) settle({ failure })
  })
  const ready = new Promise<void>((resolve) => {
    child.on('message', (message: Message) => {
      if (message === 'ready') resolve()
      else waiting.get(message.id)?.(message)
    })
  })
  const running = {
    isIdle: () => waiting.size === 0,
    isRunning: () => isRunning,
    stop() {
      isRunning = false
      child.kill('SIGKILL')
      return ended
    },
  }
  const invoke = (event: unknown) => {
    const id = randomUUID()
    // If it ends meanwhile, that is the answer.
    const asked = ready.then(() => void child.send({ id, event }, () => {}))
    return waitForAnswer(id, asked, waiting, { ...options, ...running })
  }
  return { ...running, invoke }
}

/** The answer, or that it took too long, which ends the process. */
async function waitForAnswer(
  id: string,
  asked: Promise<void>,
  waiting: Waiting,
  { timeoutMs, onLine, stop }: Options & { stop: () => Promise<void> },
): Promise<Invocation> {
  const answered = new Promise<Invocation>((resolve) => waiting.set(id, resolve))
  let late = setTimeout(timeOut, loadWithinMs)
  function timeOut() {
    const errorMessage = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`
    onLine(errorMessage)
    waiting.get(id)?.({ failure: { errorType: 'Sandbox.Timedout', errorMessage } })
    stop()
  }
  asked.then(() => {
    clearTimeout(late)
    late = setTimeout(timeOut, timeoutMs)
  })
  return answered.finally(() => {
    clearTimeout(late)
    waiting.delete(id)
  })
}

function spawnRuntime({ folder, environment, onLine }: Options): ChildProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'runtime.mjs')], {
    cwd: folder,
    env: environment,
    // A Ctrl-C is ours to hear; it ends when we disconnect, however we do.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input }).on('line', onLine)
  }
  return child
}
