import type { Binaries } from './binaries.ts'
import { PlatformError } from './platform-error.ts'
import { run } from './run-as.ts'
import type { ServerFolder } from './server-folder.ts'

const linesShown = 6

/** Says why a server did not start, and what to do. */
export async function startFailure(
  { directory, log }: ServerFolder,
  { postgres }: Binaries,
  lines: string[],
) {
  // Alpine's libc, or a library the machine lacks: then not even this runs.
  const { code, output } = await run(postgres, ['--version'])
  if (code !== 0) {
    return new PlatformError(`${process.platform}-${process.arch} as it is here`, output.trim())
  }
  const said = lines.slice(-linesShown).map((line) => `\n  ${line}`)
  return new Error(
    `Postgres did not start on ${directory}. Its last words:${said.join('')}\n` +
      `Mend what they name (the whole log is ${log}); a directory that may go can be removed.`,
  )
}
