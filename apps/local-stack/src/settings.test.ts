import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
  expect(settings.environment).toMatchObject({
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
  expect(port).toBe(5002)
  expect(environment.FRONTEND_URL).toBe('http://a.test')
  expect(database?.url).toBe(local)
})

it.each([
  [local, undefined, true],
  [remote, undefined, false],
  [local, remote, false],
  [remote, local, false],
])('%s with %s for migrations is on this machine: %s', async (url, directUrl, loopback) => {
  const database = { CONNECTION_URL: url, DIRECT_CONNECTION_URL: directUrl }
  const variables = { CRUDDUR_ROOT: root, ...database, ...ownPool }
  expect((await readSettings(variables)).database).toEqual({
    url,
    directUrl: directUrl ?? url,
    loopback,
  })
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
