import { readdir, readlink, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isRunning, type ProcessMark } from '@cruddur/postgres'

/**
 * Gives who holds the folder: `self`, if nobody else alive does.
 * The newest claim holds. A dead one is never removed, which two takers could do to each other:
 * the next number is claimed, which one of them gets, and only older ones are cleared away.
 */
export async function takeLock(folder: string, self: ProcessMark): Promise<ProcessMark> {
  for (;;) {
    const newest = await findNewest(folder)
    const holder = await findClaim(folder, newest)
    if (holder && (await isRunning(holder))) return holder
    const next = newest + 1
    // A taker that slept may have got a number that was cleared away meanwhile.
    if ((await insertClaim(folder, next, self)) && (await findNewest(folder)) === next) {
      await clearOlder(folder, next)
      return self
    }
  }
}

// A claim is a symbolic link, whose text is there with it or not at all.
const claimPath = (folder: string, number: number) => join(folder, `dev.${number}.lock`)

async function findClaim(folder: string, number: number): Promise<ProcessMark | undefined> {
  const text = await readlink(claimPath(folder, number)).catch(() => '')
  const [, pid, mark] = /^(\d+) (.*)$/s.exec(text) ?? []
  return pid && mark ? { pid: Number(pid), mark } : undefined
}

/** False where another has this number. */
async function insertClaim(folder: string, number: number, { pid, mark }: ProcessMark) {
  try {
    await symlink(`${pid} ${mark}`, claimPath(folder, number))
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function listNumbers(folder: string): Promise<number[]> {
  const names = await readdir(folder)
  return names.flatMap((name) => {
    const number = /^dev\.(\d+)\.lock$/.exec(name)?.[1]
    return number ? [Number(number)] : []
  })
}

const findNewest = async (folder: string) => Math.max(0, ...(await listNumbers(folder)))

async function clearOlder(folder: string, own: number) {
  for (const number of await listNumbers(folder)) {
    if (number < own) await rm(claimPath(folder, number), { force: true })
  }
}
