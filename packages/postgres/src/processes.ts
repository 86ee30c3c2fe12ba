import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { isCode } from './server-folder.ts'

/** One process for good: pids are given out again, its start and command line with them are not. */
export interface ProcessMark {
  pid: number
  mark: string
}

const markLength = 500

export async function markProcess(pid: number): Promise<ProcessMark> {
  return { pid, mark: (await describeProcess(pid)).slice(0, markLength) }
}

export async function isRunning({ pid, mark }: ProcessMark): Promise<boolean> {
  return mark !== '' && (await markProcess(pid)).mark === mark
}

/** Its start, then its command line; empty where no such process runs. */
export const describeProcess = (pid: number): Promise<string> =>
  process.platform === 'linux' ? readProc(pid) : askPs(pid)

function askPs(pid: number): Promise<string> {
  const ps = promisify(execFile)('ps', ['-ww', '-o', 'lstart=,command=', '-p', String(pid)])
  return ps.then(
    ({ stdout }) => stdout.trim(),
    () => '',
  )
}

async function readProc(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8')
    // The name before the last bracket may hold anything; the fields after it are fixed (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state] = fields
    const startedAt = fields[19]
    if (state === 'Z' || state === 'X') return ''
    return `${startedAt} ${commandLine.replaceAll('\0', ' ').trim()}`
  } catch {
    return ''
  }
}

/** Ends a process that leads a group of its own, and the group with it if it does not listen. */
export async function endProcess(target: ProcessMark, signal: NodeJS.Signals, graceMs: number) {
  if (!(await isRunning(target))) return
  sendSignal(target.pid, signal)
  if (await isGone(target, graceMs)) return
  sendSignal(-target.pid, 'SIGKILL')
  await isGone(target, graceMs)
}

async function isGone(target: ProcessMark, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (await isRunning(target)) {
    if (performance.now() > deadline) return false
    await delay(20)
  }
  return true
}

/** A pid that is gone by now is what was wanted. */
export function sendSignal(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!isCode(error, 'ESRCH')) throw error
  }
}
