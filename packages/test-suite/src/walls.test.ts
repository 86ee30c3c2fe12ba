import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const feature = 'apps/api/src/features/people/new.ts'

type Row = [path: string, text: string, reason?: string]

const refused: Row[] = [
  ['apps/api/src/new.ts', "export { sql } from 'drizzle-orm'", 'SQL lives in packages/db'],
  ['apps/api/src/a/new.ts', "export { drizzle } from 'drizzle-orm/pg-proxy'", 'SQL lives in'],
  ['apps/local-stack/src/new.ts', "export { default as sql } from 'postgres'", 'SQL lives in'],
  ['apps/api/src/new.ts', "export { Pool } from 'pg'", 'SQL lives in'],
  ['apps/api/src/new.ts', 'export const sql = await import(`postgres`)', 'SQL lives in'],
  ['apps/api/src/new.ts', "export type Sql = import('postgres').Sql", 'SQL lives in'],
  ['packages/auth/src/keys.ts', "export { sql } from 'drizzle-orm'", 'SQL lives in packages/db'],
  ['apps/api/src/new.ts', "export { jwtVerify } from 'jose'", 'Tokens are verified in'],
  ['packages/db/src/new.ts', "export { jwtVerify } from 'jose'", 'packages/auth'],
  ['apps/api/src/new.ts', "export { createRequire } from 'node:module'", 'goes round'],
  ['apps/api/src/new.ts', "export const m = process.getBuiltinModule('module')", 'Only config'],
  ['apps/api/src/new.ts', "export * from '../../../packages/db/src/pool.ts'", 'by its name'],
  [
    'packages/db/src/new.ts',
    "export const a = await import('../../auth/src/keys.ts')",
    'by its name',
  ],
  ['apps/api/src/new.ts', "export { seed } from '@cruddur/db/admin'", 'This is for tests'],
  ['apps/api/src/new.ts', "export * from '@cruddur/db/testing'", 'This is for tests'],
  [feature, "export * from '../activities/schemas.ts'", 'Features do not import'],
  [feature, "export * from '../../features/activities/schemas.ts'", 'Features do not import'],
  ['apps/api/src/http/new.ts', "export * from '../features/people/schemas.ts'", 'does not know'],
  ['apps/api/src/http/new.ts', "export { join } from 'node:path'", 'runs on Workers'],
  ['apps/api/src/new.ts', 'export const port = process.env.PORT', 'Only config and entries'],
  ['apps/api/src/new.ts', "export const env = process['env']", 'Only config and entries'],
  ['apps/api/src/new.ts', 'export const { env } = process', 'Only config and entries'],
  ['apps/api/src/new.ts', 'export const { env } = globalThis.process', 'Only config and entries'],
  ['apps/api/src/new.ts', "export { env } from 'node:process'", 'read by config and entries'],
  ['packages/db/src/new.ts', 'export const url = process.env.URL', 'Only config and entries'],
  ['apps/api/src/new.ts', 'export const guess = (x: any) => x', 'noExplicitAny'],
  ['apps/api/src/new.ts', 'export default 1', 'noDefaultExport'],
]

const allowed: Row[] = [
  ['packages/db/src/new.ts', "export { sql } from 'drizzle-orm'"],
  ['packages/auth/src/keys.ts', "export { jwtVerify } from 'jose'"],
  ['apps/local-stack/src/new.ts', "export { openServer } from '@cruddur/postgres'"],
  ['apps/local-stack/src/new.ts', "export { seed } from '@cruddur/db/admin'"],
  ['apps/api/src/new.test.ts', "export * from '@cruddur/db/testing'"],
  [feature, "export * from './schemas.ts'\nexport * from '../../http/shapes.ts'"],
  ['apps/api/src/config.ts', 'export const port = process.env.PORT'],
  ['apps/api/src/entry/node.ts', 'export const port = process.env.PORT'],
]

/** What `pnpm verify` says of each: every one in a tree of its own, by one run over them all. */
function lintAll(rows: Row[]): string[] {
  const tree = mkdtempSync(join(tmpdir(), 'cruddur-walls-'))
  for (const file of ['biome.json', 'walls.grit']) copyFileSync(join(root, file), join(tree, file))
  const files = rows.map(([path, text], index) => {
    const file = join(String(index), path)
    mkdirSync(join(tree, dirname(file)), { recursive: true })
    writeFileSync(join(tree, file), `${text}\n`)
    return file
  })
  const flags = ['--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none']
  const { stdout } = spawnSync(
    join(root, 'node_modules/.bin/biome'),
    ['lint', '--error-on-warnings', ...flags],
    { cwd: tree, encoding: 'utf8' },
  )
  rmSync(tree, { recursive: true })
  const { diagnostics }: Report = JSON.parse(stdout)
  return files.map((file) =>
    JSON.stringify(diagnostics.filter(({ location }) => location.path === file)),
  )
}

interface Report {
  diagnostics: { location: { path: string } }[]
}

const said = lintAll([...refused, ...allowed])

it.each(refused.map((row, index) => [...row, said[index]]))(
  '%s may not say %s',
  (_path, _text, reason, diagnostics) => {
    expect(diagnostics).toContain(reason)
  },
)

it.each(allowed.map((row, index) => [...row, said[refused.length + index]]))(
  '%s may say %s',
  (_path, _text, diagnostics) => {
    expect(diagnostics).toBe('[]')
  },
)
