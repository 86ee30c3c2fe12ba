import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Linux shares the processor among sessions where no control group does (sched_autogroup), and each
 * backend of Postgres is a session: ten of them have ten shares, the API and its clients together
 * one, and what they are asked waits for tens of milliseconds. A service or a container knows
 * nothing of it, so this puts the bench and all that it starts into a group of their own.
 */
export function shareAsOne(): { close: () => void } {
  const nothing = { close: () => {} }
  if (textOf('/proc/sys/kernel/sched_autogroup_enabled') !== '1') return nothing
  const root = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup'].find(sharesProcessor)
  const group = root && join(root, `cruddur-bench-${process.pid}`)
  if (!group || !enter(group)) {
    console.log('Each Postgres process has as much of the CPU as all clients: run this as root')
    return nothing
  }
  return { close: () => leave(root, group) }
}

/** Of cgroup v1 the controller, of v2 a root that hands the processor on. */
const sharesProcessor = (root: string) =>
  textOf(join(root, 'cpu.shares')) !== undefined ||
  textOf(join(root, 'cgroup.subtree_control'))?.split(' ').includes('cpu') === true

const move = (group: string) => writeFileSync(join(group, 'cgroup.procs'), String(process.pid))

function enter(group: string): boolean {
  try {
    mkdirSync(group)
  } catch {
    return false
  }
  try {
    move(group)
    return true
  } catch {
    rmdirSync(group)
    return false
  }
}

/** Its children have ended by then, or are ending: then the empty group stays. */
function leave(root: string, group: string) {
  try {
    move(root)
    rmdirSync(group)
  } catch {
    console.log(`${group} is still in use`)
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
