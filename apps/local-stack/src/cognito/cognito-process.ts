import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { confirmationCode } from '../local-pool.ts'
import { sendSignal } from '../processes.ts'

export interface CognitoProcess {
  pid: number
  /** Where it answers; rejected with its last lines if it ends before. */
  url: Promise<string>
  /** Why it ended. */
  ended: Promise<string>
  stop(): Promise<void>
}

const linesKept = 20
const readyWithinMs = 30_000
const stopWithinMs = 2000

const program = fileURLToPath(import.meta.resolve('cognito-local/lib/bin/start.js'))

// As text, of plain JavaScript: the loader for TypeScript would make its start twice as long.
const endWithParent = readFileSync(join(import.meta.dirname, '../end-with-parent.ts'), 'utf8')

/** Starts cognito-local on what is in the folder, on a free port. */
export function startCognito(folder: string): CognitoProcess {
  const preload = `data:text/javascript,${encodeURIComponent(endWithParent)}`
  const child = spawn(process.execPath, ['--import', preload, program], {
    cwd: folder,
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      CODE: confirmationCode,
      AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
    },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${process.execPath} cannot be started for Cognito.`)
  const ended = once(child, 'close').then(([code, signal]) => `${signal ?? `exit code ${code}`}`)
  const url = readUrl(child, ended)
  // Whoever waits for it hears of it.
  url.catch(() => {})
  return { pid, url, ended, stop: () => stopCognito(child, pid, ended) }
}

function readUrl({ stdout, stderr }: ChildProcess, ended: Promise<string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const kept: string[] = []
    for (const input of [stdout, stderr]) {
      if (!input) continue
      createInterface({ input }).on('line', (line) => {
        const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
        if (url && line.includes('Cognito Local running on')) resolve(url)
        if (kept.push(line) > linesKept) kept.shift()
      })
    }
    const fail = (reason: string) => {
      const lines = [`Cognito did not start (${reason}). Its last lines:`, ...kept]
      reject(new Error(lines.join('\n  ')))
    }
    const late = setTimeout(fail, readyWithinMs, 'it does not answer')
    ended.then((reason) => {
      clearTimeout(late)
      fail(reason)
    })
  })
}

async function stopCognito(
  { exitCode, signalCode }: ChildProcess,
  pid: number,
  ended: Promise<string>,
) {
  if (exitCode === null && signalCode === null) sendSignal(pid, 'SIGTERM')
  const late = setTimeout(() => sendSignal(-pid, 'SIGKILL'), stopWithinMs)
  await ended
  clearTimeout(late)
}
