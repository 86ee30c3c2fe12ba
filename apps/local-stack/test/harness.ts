import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { markProcess, openServer } from '@cruddur/postgres'
import { onTestFinished } from 'vitest'
import { dev } from '../src/dev.ts'
import { findLocalFile, type LocalFile } from '../src/local-file.ts'
import { readSettings } from '../src/settings.ts'
import { createTerminal } from '../src/terminal.ts'

const repository = resolve(import.meta.dirname, '../../..')
const sources = join(repository, 'apps/local-stack/src')

export interface Dev {
  child: ChildProcess
  pid: number
  output(): string
  /** Waits for the text in its output; fails if it ends before. */
  says(text: string): Promise<void>
  exitCode: Promise<number | null>
}

export interface House {
  root: string
  port: number
  apiUrl: string
  /** `pnpm dev` with a `.cruddur` and a port of its own. */
  dev(variables?: Record<string, string>): Dev
  /** What `pnpm dev` says, run in this process, until it refuses. */
  refusal(variables?: Record<string, string>): Promise<string>
  local(): Promise<LocalFile | undefined>
}

/** A place for a dev of its own; whatever runs in it when the test (or the file) ends is ended. */
export async function openHouse(
  atEnd: (close: () => Promise<void>) => void = onTestFinished,
): Promise<House> {
  const root = await mkdtemp(join(tmpdir(), 'cruddur-dev-'))
  const port = await findFreePort()
  const devs: Dev[] = []
  atEnd(async () => {
    for (const { child } of devs) child.kill('SIGTERM')
    await Promise.all(devs.map(({ exitCode }) => exitCode))
    await stopPostgres(join(root, '.cruddur/postgres'))
    await rm(root, { recursive: true, force: true })
  })
  return {
    root,
    port,
    apiUrl: `http://127.0.0.1:${port}`,
    dev(variables = {}) {
      const started = startDev({ CRUDDUR_ROOT: root, PORT: String(port), ...variables })
      devs.push(started)
      return started
    },
    async refusal(variables = {}) {
      const lines: string[] = []
      const terminal = createTerminal((line) => lines.push(line), { colours: false })
      const settings = readSettings({ CRUDDUR_ROOT: root, PORT: String(port), ...variables })
      const never = new AbortController().signal
      const failure = await settings
        .then((read) => dev(read, terminal, never))
        .catch((error) => error)
      return [...lines, failure.message].join('\n')
    },
    local: () => findLocalFile(join(root, '.cruddur')),
  }
}

function startDev(variables: Record<string, string>): Dev {
  // Should this run be killed, its devs hear of it by their stdin and stop.
  const preloads = ['tsx', join(sources, 'end-with-parent.ts')]
  const child = spawn(
    process.execPath,
    [...preloads.flatMap((preload) => ['--import', preload]), join(sources, 'main.ts')],
    {
      cwd: repository,
      env: variables,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const exitCode = once(child, 'close').then(([code]) => code)
  return { child, pid: child.pid ?? 0, output: () => text, exitCode, says }

  async function says(wanted: string) {
    while (!text.includes(wanted)) {
      const ended = child.exitCode !== null || child.signalCode !== null
      if (ended) throw new Error(`It ended without saying ${wanted}:\n${text}`)
      await delay(20)
    }
  }
}

async function stopPostgres(directory: string) {
  if (!existsSync(join(directory, 'data/postmaster.pid'))) return
  await (await openServer({ directory })).close()
}

/** Below the ports that the system gives out by itself, which it might give to others meanwhile. */
export async function findFreePort(): Promise<number> {
  const port = 15_000 + Math.floor(Math.random() * 15_000)
  const server = createServer().listen(port)
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  await new Promise((done) => server.close(done))
  return isFree ? port : findFreePort()
}

/** Those of them that still run. */
export async function listRunning(pids: number[]): Promise<number[]> {
  const marks = await Promise.all(pids.map(markProcess))
  return marks.flatMap(({ pid, mark }) => (mark ? [pid] : []))
}
