import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { pipeline } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, it, vi } from 'vitest'
import { readConnectionUrl } from './connection-url.ts'
import { openDriver } from './driver.ts'
import { openSession } from './session.ts'
import { cloneDatabase } from './testing.ts'

const database = await cloneDatabase()

const open = (url: string) =>
  openDriver(url, { applicationName: 'cruddur-test', connectTimeoutSeconds: 1 }).options

afterEach(() => vi.unstubAllEnvs())

const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
const hasIpv6 = addresses.some(({ address }) => address === '::1')
it.runIf(hasIpv6)('dials an IPv6 address', async () => {
  const server = readConnectionUrl(database.url)
  const relay = createServer((socket) => {
    const onward = createConnection(server.port, server.host)
    pipeline(socket, onward, socket, () => {})
  }).listen(0, '::1')
  await once(relay, 'listening')
  const url = new URL(database.url)
  url.host = `[::1]:${(relay.address() as AddressInfo).port}`
  const session = openSession(url.href)
  expect(await session.query('select 1 as one')).toEqual([{ one: 1 }])
  await session.close()
  relay.close()
})

it('takes nothing from PG variables, and leaves them as they are', () => {
  const plain = Object.keys(open('postgres://a@127.0.0.1/c'))
  const known = ['HOST', 'USER', 'PASSWORD', 'DATABASE', 'APPNAME', 'SSLMODE', 'TARGETSESSIONATTRS']
  for (const name of [...known, ...plain.map((option) => option.toUpperCase())]) {
    vi.stubEnv(`PG${name}`, name === 'TARGETSESSIONATTRS' ? 'any' : '7')
  }
  const { pass, connection, ...options } = open('postgres://a@127.0.0.1/c')
  expect(Object.values(options).flat()).not.toContainEqual(expect.stringMatching(/^(7|any)$/))
  expect(Object.values(options)).not.toContain(7)
  expect(pass).toBe('')
  expect(connection.application_name).toBe('cruddur-test')
  expect(process.env.PGPASSWORD).toBe('7')
})

it('prepares no statement and adds no start-up parameter behind a pooler that takes none', () => {
  expect(open('postgres://a:b@127.0.0.1/c?prepare=false')).toMatchObject({ prepare: false })
  const { connection } = open('postgres://a:b@127.0.0.1/c?prepare=false')
  expect(connection).toEqual({ application_name: 'cruddur-test' })
})

it('dials for nobody once it is ended', async () => {
  const applicationName = 'ended'
  const driver = openDriver(database.url, {
    applicationName,
    connectTimeoutSeconds: 1,
    onclose: () => {
      driver.end({ timeout: 0 }).catch(() => {})
    },
  })
  // While the first is planned, the driver holds the second back, and would dial again for it.
  const ask = (text: string) => driver.unsafe(text, ['a'], { prepare: true }).catch(() => {})
  await driver.unsafe('select 1')
  const asked = [ask('select pg_sleep(10), $1::text'), ask('select $1::text')]
  const found = 'select pid from pg_stat_activity where application_name = $1'
  const { session } = database
  await session.query(`select pg_terminate_backend(pid) from (${found}) as open`, [applicationName])
  await Promise.all(asked)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await session.query(found, [applicationName])).toEqual([])
})

it('ends no connection for its age, whatever runs on it', () => {
  expect(open('postgres://a:b@127.0.0.1/c').max_lifetime).toBeNull()
})

it('keeps nothing of a statement that failed', async () => {
  const driver = openDriver(database.url, {
    applicationName: 'cruddur-test',
    connectTimeoutSeconds: 5,
  })
  const fail = async (n: number) => {
    const query = driver.unsafe(`select nothing${n} from nowhere`)
    const text = new WeakRef(Reflect.get(query, 'strings'))
    await expect(query).rejects.toThrow('nowhere')
    return text
  }
  const texts: WeakRef<object>[] = []
  for (let n = 0; n < 50; n++) texts.push(await fail(n))
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  expect(texts.filter((text) => text.deref()).length).toBeLessThan(5)
  await driver.end()
})
