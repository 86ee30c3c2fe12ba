import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Linux shares the processor among sessions where no control group does (sched_autogroup), and each
 * backend of Postgres is a session: ten of them have ten shares, the API and its clients together
 * one, and what they are asked waits for tens of milliseconds. A service or a container knows
 * nothing of it, so this puts the bench and all that it starts into a group of their own.
 */
export function shareAsOne(): { end: () => void } {
  const nothing = { end: () => {} }
  if (textOf('/proc/sys/kernel/sched_autogroup_enabled') !== '1') return nothing
  for (const root of ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup']) {
    const group = join(root, `cruddur-bench-${process.pid}`)
    if (!isController(root) || !enter(root, group)) continue
    return {
      end() {
        enter(group, root)
        rmdirSync(group)
      },
    }
  }
  console.log('Each Postgres process has as much of the CPU as all clients: run this as root')
  return nothing
}

/** Of the first kind by its name, of the second where it hands the processor on. */
const isController = (root: string) =>
  textOf(join(root, 'cpu.shares')) !== undefined ||
  textOf(join(root, 'cgroup.subtree_control'))?.split(' ').includes('cpu')

function enter(from: string, group: string): boolean {
  try {
    if (group.startsWith(from)) mkdirSync(group)
    writeFileSync(join(group, 'cgroup.procs'), String(process.pid))
    return true
  } catch {
    return false
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
