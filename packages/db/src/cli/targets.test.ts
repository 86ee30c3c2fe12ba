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
  const direct = 'postgres://me:secret@localhost/prod'
  const variables = { PROD_CONNECTION_URL: url('prod'), PROD_DIRECT_CONNECTION_URL: direct }
  expect(readTarget('prod', variables, root)).toMatchObject({ url: url('prod'), directUrl: direct })
})

it('takes both URLs from one place, and to one database', () => {
  const direct = { STAGING_DIRECT_CONNECTION_URL: url('file') }
  expect(() => readTarget('staging', direct, root)).toThrow(
    'STAGING_DIRECT_CONNECTION_URL is set without STAGING_CONNECTION_URL: set both in one place',
  )
  writeFileSync(
    join(root, '.env.both'),
    `BOTH_CONNECTION_URL=${url('both')}\nBOTH_DIRECT_CONNECTION_URL=${url('both')}\n`,
  )
  const shell = { BOTH_CONNECTION_URL: url('shell') }
  expect(readTarget('both', shell, root).directUrl).toBe(url('shell'))
  const differing = { ...shell, BOTH_DIRECT_CONNECTION_URL: url('other') }
  expect(() => readTarget('both', differing, root)).toThrow(
    'BOTH_CONNECTION_URL names the database shell and BOTH_DIRECT_CONNECTION_URL names other',
  )
})

it('sends no password in the clear to another machine, but for local and test', () => {
  const CONNECTION_URL = 'postgres://me:secret@db.example.com/x?sslmode=disable'
  expect(readTarget('local', { CONNECTION_URL }, root).url).toBe(CONNECTION_URL)
  expect(() => readTarget('demo', { DEMO_CONNECTION_URL: CONNECTION_URL }, root)).toThrow(
    'sslmode=disable would send the password to db.example.com in the clear',
  )
})

it('takes only the environment’s own file for a declaration that its data may go', () => {
  expect(readTarget('staging', {}, root).disposable).toBe(true)
  for (const name of ['prod', 'production', 'prod-eu']) {
    writeFileSync(join(root, `.env.${name}`), `CONNECTION_URL=${url(name)}\nDISPOSABLE=1\n`)
    const variable = `${name.toUpperCase().replace('-', '_')}_CONNECTION_URL`
    expect(readTarget(name, { [variable]: url(name) }, root).disposable).toBe(false)
  }
  const fromShell = { DEMO_CONNECTION_URL: url('demo'), DISPOSABLE: '1' }
  expect(readTarget('demo', fromShell, root).disposable).toBe(false)
  expect(readTarget('local', { CONNECTION_URL: url('local') }, root).disposable).toBe(true)
})

it('keeps what another environment names, too, whichever way leads there', () => {
  const keptBy = (CONNECTION_URL: string, others: Record<string, string> = {}) => {
    const target = readTarget('local', { CONNECTION_URL, ...others }, root)
    expect(target.disposable).toBe(target.keptBy === undefined)
    return target.keptBy
  }
  expect(keptBy('postgres://you@localhost:5432/both')).toBe('both')
  expect(keptBy('postgres://you@localhost:5433/both')).toBeUndefined()
  expect(keptBy(url('file')), 'staging is disposable').toBeUndefined()
  const mine = url('mine')
  const elsewhere = 'postgres://me@db.example.com/mine'
  const shell = { MY_DEMO_CONNECTION_URL: elsewhere, MY_DEMO_DIRECT_CONNECTION_URL: mine }
  expect(keptBy(mine, shell)).toBe('my-demo')
  expect(keptBy(mine, { DIRECT_CONNECTION_URL: mine, ODD_CONNECTION_URL: 'odd' })).toBeUndefined()
  const direct = { DIRECT_CONNECTION_URL: mine, MY_DEMO_CONNECTION_URL: mine }
  expect(keptBy(elsewhere, direct)).toBe('my-demo')
  const both = { MY_DEMO_CONNECTION_URL: mine, PROD_CONNECTION_URL: mine }
  expect(keptBy(mine, both)).toBe('prod')
  expect(readTarget('prod', both, root).keptBy).toBeUndefined()
})

it('wants a CRUDDUR_ROOT that is a directory', () => {
  for (const odd of ['nowhere', '.env.staging', '.env.staging/x']) {
    const variables = { CONNECTION_URL: url('x'), CRUDDUR_ROOT: join(root, odd) }
    expect(() => readTarget('local', variables)).toThrow(/^CRUDDUR_ROOT is no directory: make it/)
  }
})

it('uses the database that pnpm dev runs when none is named', () => {
  mkdirSync(join(root, '.cruddur'))
  writeFileSync(join(root, '.cruddur/local.json'), JSON.stringify({ connectionUrl: url('dev') }))
  expect(readTarget('local', {}, root).url).toBe(url('dev'))
  for (const odd of ['{"connectionUrl": "postgres://', 'null', '{"connectionUrl": 5}']) {
    writeFileSync(join(root, '.cruddur/local.json'), odd)
    expect(() => readTarget('local', {}, root)).toThrow(
      'local.json does not say what runs: start `pnpm dev`, which writes it anew, or set CONN',
    )
  }
})

it('says which variable is missing, and which name is none', () => {
  expect(() => readTarget('demo', {}, root)).toThrow(
    'The environment demo has no database. Set DEMO_CONNECTION_URL in the environment or in .env.d',
  )
  expect(() => readTarget('../prod', {}, root)).toThrow('"../prod" is no environment')
  expect(() => readTarget('direct', {}, root)).toThrow('"direct" is no environment')
  expect(() => readTarget('postgres://me:secret@host/x', {}, root)).toThrow(/^That is no env/)
  expect(() => readTarget('stagign', {}, root)).toThrow('Did you mean staging?')
  expect(() => readTarget('dmo', { DEMO_CONNECTION_URL: url('x') }, root)).toThrow('you mean demo?')
  mkdirSync(join(root, '.env.folder'))
  expect(() => readTarget('folder', {}, root)).toThrow(/\.env\.folder cannot be read \(EISDIR\)/)
  expect(() => readTarget('demo', { DEMO_CONNECTION_URL: 'nonsense' }, root)).toThrow(
    'does not begin with postgres://',
  )
})
