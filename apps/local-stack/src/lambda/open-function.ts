import { formatLine } from '../log-line.ts'
import type { Terminal } from '../terminal.ts'
import { type FunctionProcess, type Invocation, startFunction } from './function-process.ts'
import type { Bundle } from './lambda-bundle.ts'

interface Options {
  bundle: Bundle
  /** Waited for by the first event. */
  environment: Promise<Record<string, string>>
  terminal: Terminal
  timeoutMs?: number
}

interface OpenFunction {
  invoke: (event: unknown) => Promise<Invocation>
  close: () => Promise<void>
}

// As long as Cognito waits for a trigger.
const cognitoPatienceMs = 5000

/** A function that runs from its newest sources, in a process that is replaced if it ended. */
export function openFunction(options: Options): OpenFunction {
  const { bundle, terminal, timeoutMs = cognitoPatienceMs } = options
  const { print, paint } = terminal
  let running: { process: FunctionProcess; builtAt: number } | undefined

  function onLine(line: string) {
    const text = formatLine(line, paint)
    if (text !== undefined) print(`Lambda: ${text}`)
  }

  async function findProcess(): Promise<FunctionProcess> {
    const [builtAt, environment] = await Promise.all([bundle.refresh(), options.environment])
    const earlier = running
    if (earlier?.process.isRunning()) {
      if (earlier.builtAt === builtAt || !earlier.process.isIdle()) return earlier.process
    }
    const process = startFunction({ folder: bundle.folder, environment, timeoutMs, onLine })
    running = { process, builtAt }
    await earlier?.process.stop()
    return process
  }

  return {
    async invoke(event) {
      try {
        return await (await findProcess()).invoke(event)
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error))
        print(paint('red', message))
        return { failure: { errorType: name, errorMessage: message } }
      }
    },
    async close() {
      await bundle.settle()
      await running?.process.stop()
    },
  }
}
