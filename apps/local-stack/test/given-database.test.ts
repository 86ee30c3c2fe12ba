import { join } from 'node:path'
import { createDatabase, openSession, withDatabase } from '@cruddur/db/admin'
import { openThrowawayServer, type Server } from '@cruddur/postgres'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { getAccessToken } from '../src/token/get-access-token.ts'
import { openHouse } from './harness.ts'

let server: Server
beforeAll(async () => {
  server = await openThrowawayServer()
})
afterAll(() => server.close())

async function openGiven(name: string) {
  const url = withDatabase(server.url, name)
  await createDatabase(url)
  const session = openSession(url)
  onTestFinished(() => session.close())
  return { url, session }
}

it('fills an empty database on this machine, and does not stop it', async () => {
  const house = await openHouse()
  const { url, session } = await openGiven('given_empty')
  const dev = house.dev({ CONNECTION_URL: url })
  await dev.says('Stop ')
  expect((await house.local())?.connectionUrl).toBe(url)
  expect(await (await fetch(`${house.apiUrl}/api/activities/home`)).text()).toContain('londo')
  dev.child.kill('SIGINT')
  expect(await dev.exitCode).toBe(0)
  expect(await session.query('select from activities limit 1')).toHaveLength(1)
})

it('starts no Cognito where the pool is given as well', async () => {
  const house = await openHouse()
  const userPoolId = 'eu-central-1_AbCdEf123'
  const dev = house.dev({
    CONNECTION_URL: (await openGiven('given_pool')).url,
    AWS_COGNITO_USER_POOL_ID: userPoolId,
    AWS_COGNITO_USER_POOL_CLIENT_ID: 'webclient',
  })
  await dev.says('Stop ')
  expect(dev.output()).toContain(`your own pool ${userPoolId}, so none was started here`)
  const local = await house.local()
  expect(local).toMatchObject({ userPoolId, region: 'eu-central-1', clientId: 'webclient' })
  expect(local).toMatchObject({ people: [], cognitoUrl: undefined })
  expect(local?.processes.map(({ name }) => name)).toEqual(['API'])
  await expect(getAccessToken(join(house.root, '.cruddur'), 'andrewbrown')).rejects.toThrow(
    `dev uses your own pool ${userPoolId}: only signing in there gives a token.`,
  )
})

it('leaves the bootcamp’s database untouched and points to db adopt', async () => {
  const house = await openHouse()
  const { url, session } = await openGiven('given_bootcamp')
  await session.query('create table public.users (uuid uuid, handle text)')
  await session.query('create table public.activities (uuid uuid, message text)')
  await session.query(`insert into users values (gen_random_uuid(), 'andrewbrown')`)
  const dev = house.dev({ CONNECTION_URL: url })
  expect(await dev.exitCode).toBe(1)
  expect(dev.output()).toContain('pnpm db adopt')
  expect(await session.query(`select handle from users`)).toEqual([{ handle: 'andrewbrown' }])
  const relations = `select relname from pg_class where relkind = 'r' and oid >= 16384 order by 1`
  expect(await session.query(relations)).toEqual([{ relname: 'activities' }, { relname: 'users' }])
  expect(await house.local()).toBeUndefined()
})
