import { execFile } from 'node:child_process'
import { mkdir, readdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The code that a function runs. */
export interface Bundle {
  /** Where its lambda.mjs is. */
  folder: string
  /** Builds it where it is missing or older than its sources; gives its time. */
  refresh(): Promise<number>
  /** Waits until nothing is being built. */
  settle(): Promise<void>
}

interface Options {
  folder: string
  /** `node <program> --outdir <folder>` builds it. */
  program: string
  /** Folders. */
  sources: string[]
}

export function createBundle({ folder, program, sources }: Options): Bundle {
  const file = join(folder, 'lambda.mjs')
  let refreshing: Promise<number> | undefined

  async function buildIfOlder(): Promise<number> {
    const [built, changed] = await Promise.all([findTime(file), findNewest([program, ...sources])])
    if (built > changed) return built
    await mkdir(folder, { recursive: true })
    // As old as the build's begin, so that what was changed meanwhile is newer.
    const begin = new Date()
    await build(program, folder)
    await utimes(file, begin, begin)
    return findTime(file)
  }

  return {
    folder,
    refresh() {
      refreshing ??= buildIfOlder().finally(() => {
        refreshing = undefined
      })
      return refreshing
    },
    settle: async () => {
      await refreshing?.catch(() => {})
    },
  }
}

async function build(program: string, folder: string) {
  try {
    await promisify(execFile)(process.execPath, [program, '--outdir', folder])
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? error.stderr : error
    throw new Error(`The Lambda cannot be built:\n${output}`, { cause: error })
  }
}

const findTime = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )

/** A directory's own time tells of files that are gone. */
async function findNewest(paths: string[]): Promise<number> {
  const folders = await Promise.all(
    paths.map((path) => readdir(path, { recursive: true }).catch(() => [])),
  )
  const all = paths.flatMap((path, index) => [
    path,
    ...(folders[index] ?? []).map((name) => join(path, name)),
  ])
  return Math.max(...(await Promise.all(all.map(findTime))))
}
