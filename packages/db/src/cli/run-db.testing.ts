import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expectNone, secretsOf } from '@cruddur/test-suite/log-secrets'
import { run } from './run.ts'

interface Outcome {
  code: number
  stdout: string
  /** What a person reads: all of stderr, then all of stdout. */
  output: string
}

/** Runs the command line as `pnpm db` does, with these variables and no others. */
export async function runDb(
  words: string[],
  variables: Record<string, string> = {},
): Promise<Outcome> {
  const lines = { out: '', err: '' }
  const code = await run(words, {
    variables,
    print: (line) => {
      lines.out += `${line}\n`
    },
    say: (line) => {
      lines.err += `${line}\n`
    },
  })
  const output = lines.err + lines.out
  expectNone(output, Object.values(variables).flatMap(secretsOf))
  return { code, stdout: lines.out, output }
}

/** The same in a process of its own, which takes longer. */
export const startDb = (words: string[], variables: Record<string, string> = {}) =>
  new Promise<Outcome>((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), ...words],
      { env: { PATH: '/usr/bin:/bin', ...variables } },
      (_, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout, output: stderr + stdout }),
    )
    child.stdin?.end()
  })
