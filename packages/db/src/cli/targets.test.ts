import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readTarget } from './targets.ts'

const root = mkdtempSync(join(tmpdir(), 'cruddur-targets-'))
const url = (name: string) => `postgres://me:secret@127.0.0.1/${name}`
writeFileSync(join(root, '.env.staging'), `STAGING_CONNECTION_URL=${url('file')}\nDISPOSABLE=1\n`)
writeFileSync(join(root, '.env.prod'), `PROD_CONNECTION_URL=${url('prod')}\nDISPOSABLE=1\n`)

afterAll(() => rmSync(root, { recursive: true }))

it('finds each environment’s own variable', () => {
  const variables = {
    CONNECTION_URL: url('local'),
    TEST_CONNECTION_URL: url('test'),
    MY_DEMO_CONNECTION_URL: url('demo'),
  }
  const databaseOf = (name: string) => readTarget(name, variables, root).url
  expect(databaseOf('local')).toBe(url('local'))
  expect(databaseOf('test')).toBe(url('test'))
  expect(databaseOf('my-demo')).toBe(url('demo'))
  expect(databaseOf('staging')).toBe(url('file'))
})

it('lets the environment beat the file', () => {
  const target = readTarget('staging', { STAGING_CONNECTION_URL: url('shell') }, root)
  expect(target.url).toBe(url('shell'))
})

it('sends migrations past a proxy when told how', () => {
  const variables = { PROD_DIRECT_CONNECTION_URL: url('direct') }
  expect(readTarget('prod', variables, root)).toMatchObject({
    url: url('prod'),
    directUrl: url('direct'),
  })
})

it('takes only the environment’s own file for a declaration that its data may go', () => {
  expect(readTarget('staging', {}, root).disposable).toBe(true)
  expect(readTarget('prod', {}, root).disposable).toBe(false)
  const fromShell = { DEMO_CONNECTION_URL: url('demo'), DISPOSABLE: '1' }
  expect(readTarget('demo', fromShell, root).disposable).toBe(false)
  expect(readTarget('local', { CONNECTION_URL: url('local') }, root).disposable).toBe(true)
})

it('uses the database that pnpm dev runs when none is named', () => {
  mkdirSync(join(root, '.cruddur'))
  writeFileSync(join(root, '.cruddur/local.json'), JSON.stringify({ connectionUrl: url('dev') }))
  expect(readTarget('local', {}, root).url).toBe(url('dev'))
})

it('says which variable is missing, and which name is none', () => {
  expect(() => readTarget('demo', {}, root)).toThrow(
    'The environment demo has no database. Set DEMO_CONNECTION_URL in the environment or in .env.demo.',
  )
  expect(() => readTarget('../prod', {}, root)).toThrow('"../prod" is no environment')
  expect(() => readTarget('demo', { DEMO_CONNECTION_URL: 'nonsense' }, root)).toThrow(
    'does not begin with postgres://',
  )
})
