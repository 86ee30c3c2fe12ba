import { execFile } from 'node:child_process'
import { join } from 'node:path'

/** Runs the command line as `pnpm db` does, with these variables and no others. */
export function runDb(words: string[], variables: Record<string, string> = {}) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), ...words],
      { env: { PATH: '/usr/bin:/bin', ...variables } },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    )
    child.stdin?.end()
  })
}
