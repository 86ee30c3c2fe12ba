import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Load, Measured } from './load.ts'

export interface RunningServer {
  port: number
  pid: number
  /** From the start of the process until it listened. */
  readyMs: number
  close(): Promise<void>
}

const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/**
 * A server in a process of its own, which says `"port":n` once it listens. What it says goes into a
 * file: whoever read a pipe of it would take from it the processor that is measured.
 */
export async function startServer(words: string[], env: Record<string, string>, told?: unknown) {
  const start = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'cruddur-server-'))
  const file = join(folder, 'log')
  const log = openSync(file, 'w')
  const child = spawn(process.execPath, words, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', log, 'inherit'],
  })
  closeSync(log)
  children.add(child)
  child.stdin?.end(told === undefined ? '' : JSON.stringify(told))
  const exited = once(child, 'exit')
  const close = async () => {
    // A profile is written at a peaceful end.
    child.kill(words.includes('--cpu-prof') ? 'SIGTERM' : 'SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await exited
    children.delete(child)
    rmSync(folder, { recursive: true })
  }
  try {
    const port = await readPort(file, child)
    const readyMs = performance.now() - start
    return { port, pid: child.pid ?? 0, readyMs, close } satisfies RunningServer
  } catch (error) {
    await close()
    throw new Error(`${words.join(' ')} did not start`, { cause: error })
  }
}

async function readPort(file: string, child: ChildProcess): Promise<number> {
  for (;;) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null
    const output = readFileSync(file, 'utf8')
    const said = /"port":(\d+)/.exec(output)?.[1]
    if (said) return Number(said)
    if (hasEnded) throw new Error(output)
    await setTimeout(1)
  }
}

/** One of the floors or peers, told what it is to answer. */
export const startFloor = (name: string, told: unknown) =>
  startServer(['--import', 'tsx', join(import.meta.dirname, 'floors', `${name}-main.ts`)], {}, told)

export type Driver = (load: Load) => Promise<Measured>

export function openDriver(): { drive: Driver; close: () => Promise<void> } {
  const child = fork(join(import.meta.dirname, 'load-main.ts'), {
    execArgv: ['--import', 'tsx'],
  })
  children.add(child)
  async function drive(load: Load): Promise<Measured> {
    child.send(load)
    const [answer] = await once(child, 'message')
    if (answer.error) throw new Error(answer.error)
    return answer.measured
  }
  async function close() {
    const exited = once(child, 'exit')
    child.kill()
    await exited
  }
  return { drive, close }
}

let ticksPerSecond = 0

/** Seconds of CPU that a process has had; NaN where there is no /proc. */
export function cpuSecondsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    ticksPerSecond ||= Number(execFileSync('getconf', ['CLK_TCK']))
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  } catch {
    return Number.NaN
  }
}

export function residentMbOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}
