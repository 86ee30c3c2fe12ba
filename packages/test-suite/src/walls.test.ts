import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')

// A tree of its own under the house's rules, so that no file is ever written into the house.
const tree = mkdtempSync(join(tmpdir(), 'cruddur-walls-'))
copyFileSync(join(root, 'biome.json'), join(tree, 'biome.json'))
afterAll(() => rmSync(tree, { recursive: true }))

/** What `pnpm verify` says of a file with this text at this place. */
function lint(path: string, text: string) {
  const file = join(tree, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  const { status, stdout, stderr } = spawnSync(
    join(root, 'node_modules/.bin/biome'),
    ['lint', '--error-on-warnings', '--vcs-enabled=false', file],
    { cwd: tree, encoding: 'utf8' },
  )
  return { passes: status === 0, says: stdout + stderr }
}

it.each([
  ['apps/api/src/new.ts', "export { sql } from 'drizzle-orm'", 'SQL lives in packages/db'],
  ['apps/api/src/a/new.ts', "export { drizzle } from 'drizzle-orm/pg-proxy'", 'SQL lives in'],
  ['apps/local-stack/src/new.ts', "export { default as sql } from 'postgres'", 'SQL lives in'],
  ['apps/api/src/new.ts', "export { jwtVerify } from 'jose'", 'Tokens are verified in'],
  ['packages/db/src/new.ts', "export { jwtVerify } from 'jose'", 'packages/auth'],
  ['packages/auth/src/keys.ts', "export { sql } from 'drizzle-orm'", 'SQL lives in packages/db'],
  ['apps/api/src/new.ts', 'export const port = process.env.PORT', 'noProcessEnv'],
  ['packages/db/src/new.ts', 'export const url = process.env.URL', 'noProcessEnv'],
  ['apps/api/src/new.ts', 'export const guess = (x: any) => x', 'noExplicitAny'],
  ['apps/api/src/new.ts', 'export default 1', 'noDefaultExport'],
])('%s may not say %s', (path, text, reason) => {
  const { passes, says } = lint(path, `${text}\n`)
  expect(says).toContain(reason)
  expect(passes).toBe(false)
})

it.each([
  ['packages/db/src/new.ts', "export { sql } from 'drizzle-orm'"],
  ['packages/auth/src/keys.ts', "export { jwtVerify } from 'jose'"],
  ['apps/api/src/config.ts', 'export const port = process.env.PORT'],
  ['apps/api/src/entry/node.ts', 'export const port = process.env.PORT'],
])('%s may say %s', (path, text) => {
  expect(lint(path, `${text}\n`)).toMatchObject({ passes: true })
})
