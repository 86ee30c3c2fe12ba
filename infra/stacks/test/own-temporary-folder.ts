import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** vitest’s global set-up: the CDK leaves every synthesis behind it, and so it all goes with the run. */
export function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'cruddur-infra-'))
  process.env.TMPDIR = folder
  return () => rmSync(folder, { recursive: true })
}
