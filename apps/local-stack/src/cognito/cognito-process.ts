import { fileURLToPath } from 'node:url'
import { confirmationCode } from '../local-pool.ts'
import { type NodeProcess, startNode } from '../node-process.ts'

export interface CognitoProcess extends NodeProcess {
  /** Where it answers; rejected with its last lines if it ends before. */
  ready: Promise<string>
}

const program = fileURLToPath(import.meta.resolve('cognito-local/lib/bin/start.js'))

/** Starts cognito-local on what is in the folder, on a free port. */
export function startCognito(
  folder: string,
  onStart: (pid: number) => Promise<void>,
): CognitoProcess {
  let answersAt: (url: string) => void = () => {}
  const answers = new Promise<string>((resolve) => {
    answersAt = resolve
  })
  const child = startNode({
    name: 'Cognito',
    args: [program],
    cwd: folder,
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      CODE: confirmationCode,
      AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
    },
    stopWithinMs: 2000,
    onLine(line) {
      const [, url] = /Cognito Local running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? []
      if (url) answersAt(url)
      return line
    },
  })
  const ready = onStart(child.pid).then(() => child.started(answers))
  // Whoever waits for it hears of it.
  ready.catch(() => {})
  return Object.assign(child, { ready })
}
