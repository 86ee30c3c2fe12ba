import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { CommandExit } from './command.ts'

interface ChildOptions {
  env: NodeJS.ProcessEnv
  cwd?: string
}

/** Runs a program on this terminal, and ends as it ends. Rejects with ENOENT where there is none. */
export async function runChild(program: string, words: string[], options: ChildOptions) {
  const child = spawn(program, words, { ...options, stdio: 'inherit' })
  const forward = (signal: NodeJS.Signals) => child.kill(signal)
  // The terminal’s Ctrl-C reaches the child by itself, which may go on.
  const ignore = () => {}
  process.on('SIGINT', ignore).on('SIGTERM', forward).on('SIGHUP', forward)
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code, signal) =>
        resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
      )
    })
    if (code !== 0) throw new CommandExit(code)
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', forward).off('SIGHUP', forward)
  }
}

/** The shell’s variables without those by which Postgres’ programs would go elsewhere. */
export const withoutPgVariables = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')))
