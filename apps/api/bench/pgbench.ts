import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Statement } from './statements.ts'

/** What Postgres alone does with a statement, where pgbench is installed. */
export function runPgbench(
  folder: string,
  connectionUrl: string,
  { text, parameters }: Pick<Statement, 'text' | 'parameters'>,
  { seconds, clients = 10 }: { seconds: number; clients?: number },
): number | undefined {
  const script = join(folder, 'statement.sql')
  // It takes :name for a variable, and so would read the times in a format.
  const quoted = text.replaceAll('HH24:MI:SS', 'HH24":"MI":"SS')
  writeFileSync(script, `${quoted.replace(/\$(\d+)/g, ':p$1').replace(/\s+/g, ' ')};\n`)
  const values = parameters.flatMap((value, n) => ['-D', `p${n + 1}=${value}`])
  const words = ['-n', '-M', 'prepared', '-c', String(clients), '-j', '1', '-T', String(seconds)]
  try {
    const said = execFileSync('pgbench', [...words, ...values, '-f', script, connectionUrl], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return Number(/tps = ([\d.]+)/.exec(said)?.[1])
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
