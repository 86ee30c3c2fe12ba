import { once } from 'node:events'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createDatabase, migrate, openSession, withDatabase } from '@cruddur/db/admin'
import { openThrowawayServer, type Server } from '@cruddur/postgres'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../src/open-database.ts'
import { createTerminal } from '../src/terminal.ts'
import { getAccessToken } from '../src/token/get-access-token.ts'
import { openHouse } from './harness.ts'

const needed = { pool: undefined, stateFolder: '', postgresPort: 0 }
const lines: string[] = []
const opening = {
  terminal: createTerminal((line) => lines.push(line), { colours: false }),
  stop: new AbortController().signal,
  defer() {},
  onStart: async () => {},
}

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

it('fills an empty database on this machine, and starts no Cognito beside a pool', async () => {
  const house = await openHouse()
  const { url, session } = await openGiven('given_empty')
  const userPoolId = 'eu-central-1_AbCdEf123'
  const dev = house.dev({
    CONNECTION_URL: url,
    AWS_COGNITO_USER_POOL_ID: userPoolId,
    AWS_COGNITO_USER_POOL_CLIENT_ID: 'webclient',
  })
  await dev.says('Stop ')
  expect(dev.output()).toContain(`your own pool ${userPoolId}, so none was started here`)
  const local = await house.local()
  const pool = { userPoolId, region: 'eu-central-1', clientId: 'webclient' }
  expect(local).toMatchObject({ connectionUrl: url, people: [], ...pool })
  expect(local?.cognitoUrl).toBeUndefined()
  expect(local?.processes.map(({ name }) => name)).toEqual(['API'])
  await expect(getAccessToken(join(house.root, '.cruddur'), 'andrewbrown')).rejects.toThrow(
    `dev uses your own pool ${userPoolId}: only signing in there gives a token.`,
  )
  expect(await (await fetch(`${house.apiUrl}/api/activities/home`)).text()).toContain('londo')
  dev.child.kill('SIGINT')
  expect(await dev.exitCode).toBe(0)
  expect(await session.query('select from activities limit 1')).toHaveLength(1)
})

it('ends with a sentence where tables are locked, or nobody answers', async () => {
  const { url, session } = await openGiven('given_locked')
  await migrate(url)
  await session.query('begin')
  await session.query('lock table users')
  const sockets: Socket[] = []
  const mute = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    mute.close()
  })
  const muteUrl = `postgres://me:hunter2@127.0.0.1:${portOf(mute)}/mute`
  for (const given of [url, muteUrl]) {
    const database = { url: given, directUrl: given, kept: undefined }
    const opened = openDatabase({ ...needed, database }, { ...opening, patienceMs: 500 })
    await expect(opened).rejects.toThrow(
      /^[^?]* as \w+ \(no TLS\) gave no answer within 0.5 s\. .*, then start dev again\.$/,
    )
  }
})

it('leaves alone what is on RDS behind a tunnel, and wants a pool for it', async () => {
  const { url, session } = await openGiven('given_rds')
  await migrate(url)
  await session.query(`alter database given_rds set rds.extensions = 'x'`)
  const given = { ...needed, database: { url, directUrl: url, kept: undefined } }
  await expect(openDatabase(given, opening)).rejects.toThrow(
    'USER_POOL_ID is missing: CONNECTION_URL is on RDS, through a tunnel',
  )
  const pool = { region: 'eu-central-1', userPoolId: 'eu-central-1_AbCdEf123', clientId: 'web' }
  const database = await openDatabase({ ...given, pool }, opening)
  expect(database.description[1]).toMatch(/, on RDS, through a tunnel, so nothing was migrated/)
  expect(await session.query('select from users')).toEqual([])
  await database.update()
  expect(lines.at(-1)).toBe(
    'The database is on RDS, through a tunnel: it may want `pnpm db migrate`.',
  )
})

it('leaves the bootcamp’s database untouched and points to db adopt', async () => {
  const house = await openHouse()
  const { url, session } = await openGiven('given_bootcamp')
  await session.query('create table public.users (uuid uuid, handle text)')
  await session.query('create table public.activities (uuid uuid, message text)')
  await session.query(`insert into users values (gen_random_uuid(), 'andrewbrown')`)
  expect(await house.refusal({ CONNECTION_URL: url })).toContain('pnpm db adopt')
  expect(await session.query(`select handle from users`)).toEqual([{ handle: 'andrewbrown' }])
  const relations = `select relname from pg_class where relkind = 'r' and oid >= 16384 order by 1`
  expect(await session.query(relations)).toEqual([{ relname: 'activities' }, { relname: 'users' }])
  expect(await house.local()).toBeUndefined()
})

const portOf = (server: NetServer) => {
  const address = server.address()
  return typeof address === 'object' ? address?.port : undefined
}
