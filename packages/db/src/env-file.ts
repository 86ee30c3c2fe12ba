import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

/** The variables in a file such as `.env.local`; none where there is no such file. */
export function readEnvFile(path: string): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : cause
    if (code === 'ENOENT') return {}
    const message = `${path} cannot be read (${code}): make it a file of yours with NAME=value lines, or move it away.`
    throw new Error(message, { cause })
  }
}
