import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readSettings } from './settings.ts'

const root = mkdtempSync(join(tmpdir(), 'cruddur-settings-'))
afterAll(() => rmSync(root, { recursive: true }))

const local = 'postgres://app@127.0.0.1/cruddur'
const remote = 'postgres://app@db.example.com/cruddur'

const ownPool = {
  AWS_COGNITO_USER_POOL_ID: 'eu-central-1_AbCdEf123',
  AWS_COGNITO_USER_POOL_CLIENT_ID: 'webclient',
}

it('needs nothing', async () => {
  const settings = await readSettings({ CRUDDUR_ROOT: root })
  expect(settings).toMatchObject({ port: 4567, postgresPort: 0, cognitoPort: 0 })
  expect(settings).toMatchObject({ database: undefined, pool: undefined })
  expect(settings.stateFolder).toBe(join(root, '.cruddur'))
  expect(settings.apiUrl).toBe('http://127.0.0.1:4567')
  expect(settings.environment).toMatchObject({
    HOST: '127.0.0.1',
    PORT: '4567',
    FRONTEND_URL: 'http://localhost:3000,http://127.0.0.1:3000',
  })
})

it('takes what the environment says before .env.local, unless it is empty', async () => {
  writeFileSync(
    join(root, '.env.local'),
    `PORT=5001\nFRONTEND_URL=http://a.test\nCONNECTION_URL=${local}`,
  )
  const variables = { CRUDDUR_ROOT: root, PORT: '5002', CONNECTION_URL: '' }
  const { port, environment, database } = await readSettings(variables)
  rmSync(join(root, '.env.local'))
  await mkdir(join(root, '.env.local'))
  const directory = readSettings({ CRUDDUR_ROOT: root })
  await expect(directory).rejects.toThrow(/env.local cannot be read \(EISDIR\): make it a file/)
  await rm(join(root, '.env.local'), { recursive: true })
  expect(port).toBe(5002)
  expect(environment.FRONTEND_URL).toBe('http://a.test')
  expect(database?.url).toBe(local)
})

it.each([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['::1', '[::1]'],
  ['192.0.2.1', '192.0.2.1'],
])('reaches an API that listens on %s at %s', async (HOST, host) => {
  const { apiUrl, environment } = await readSettings({ CRUDDUR_ROOT: root, HOST })
  expect({ apiUrl, HOST: environment.HOST }).toEqual({ apiUrl: `http://${host}:4567`, HOST })
})

it.each([
  [local, undefined, undefined],
  [remote, undefined, 'on another machine'],
  [local, remote, 'on another machine'],
  [remote, local, 'on another machine'],
])('%s with %s for migrations is %s', async (url, directUrl, kept) => {
  const database = { CONNECTION_URL: url, DIRECT_CONNECTION_URL: directUrl }
  const variables = { CRUDDUR_ROOT: root, ...database, ...ownPool }
  expect((await readSettings(variables)).database).toEqual({
    url,
    directUrl: directUrl ?? url,
    kept,
  })
})

it('takes both URLs from one place, and to one database', async () => {
  writeFileSync(join(root, '.env.local'), `CONNECTION_URL=${local}\nDIRECT_CONNECTION_URL=${local}`)
  const own = `${local}_own`
  const { database } = await readSettings({ CRUDDUR_ROOT: root, CONNECTION_URL: own })
  const apart = readSettings({ CRUDDUR_ROOT: root, DIRECT_CONNECTION_URL: own })
  const alone = 'DIRECT_CONNECTION_URL is set without CONNECTION_URL: set both in one place'
  await expect(apart).rejects.toThrow(alone)
  rmSync(join(root, '.env.local'))
  expect(database).toMatchObject({ url: own, directUrl: own })
  const two = { CRUDDUR_ROOT: root, CONNECTION_URL: local, DIRECT_CONNECTION_URL: own }
  await expect(readSettings(two)).rejects.toThrow(
    'CONNECTION_URL names the database cruddur and DIRECT_CONNECTION_URL names cruddur_own',
  )
})

it.each([
  ['POSTGRES_PORT', { POSTGRES_PORT: '4567' }, 'PORT'],
  ['COGNITO_PORT', { COGNITO_PORT: '4567' }, 'PORT'],
  ['COGNITO_PORT', { COGNITO_PORT: '5001', POSTGRES_PORT: '5001' }, 'POSTGRES_PORT'],
])('refuses one port for two: %s', async (name, variables, other) => {
  const settings = readSettings({ CRUDDUR_ROOT: root, ...variables })
  await expect(settings).rejects.toThrow(`${name} is the same as ${other}`)
})

it('takes a pool that is named, and wants it named wholly', async () => {
  const { pool } = await readSettings({ CRUDDUR_ROOT: root, ...ownPool })
  const [userPoolId, clientId] = Object.values(ownPool)
  expect(pool).toEqual({ region: 'eu-central-1', userPoolId, clientId })
  const half = { CRUDDUR_ROOT: root, AWS_COGNITO_USER_POOL_ID: userPoolId }
  await expect(readSettings(half)).rejects.toThrow('AWS_COGNITO_USER_POOL_CLIENT_ID is missing')
})

it('wants a pool for a database on another machine, and says why', async () => {
  const settings = readSettings({ CRUDDUR_ROOT: root, CONNECTION_URL: remote })
  await expect(settings).rejects.toThrow(/USER_POOL_ID is missing: CONNECTION_URL is on another/)
})

it('keeps the database of another environment, and says whose it is', async () => {
  const tunnel = local.replace('127.0.0.1', 'localhost')
  const variables = { CRUDDUR_ROOT: root, CONNECTION_URL: local, PROD_CONNECTION_URL: tunnel }
  const settings = readSettings(variables)
  await expect(settings).rejects.toThrow(
    /USER_POOL_ID is missing: CONNECTION_URL is in use as prod/,
  )
})
