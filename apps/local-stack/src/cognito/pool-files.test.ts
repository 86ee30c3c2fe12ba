import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { devPassword, localPool } from '../local-pool.ts'
import { attributeOf, poolFile, preparePool } from './pool-files.ts'

let folder: string
let said: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cruddur-pool-'))
  said = []
  onTestFinished(() => rm(folder, { recursive: true }))
})

const prepare = () => preparePool(folder, 'http://127.0.0.1:1', (line) => said.push(line))

const readPool = async () => JSON.parse(await readFile(poolFile(folder), 'utf8'))

it('gives every seeded person a confirmed account, the same ones each time', async () => {
  const users = await prepare()
  const handles = users.map((user) => attributeOf(user, 'preferred_username'))
  expect(handles).toEqual(['andrewbrown', 'altbrown', 'bayko', 'londo'])
  const [andrew] = users
  expect(andrew).toMatchObject({ UserStatus: 'CONFIRMED', Password: devPassword })
  expect(andrew?.Username).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/)
  expect(await prepare()).toEqual(users)
})

it('keeps who signed up, and who signed up again in a seeded person’s stead', async () => {
  const [andrew] = await prepare()
  const { Users } = await readPool()
  delete Users[andrew?.Username ?? '']
  for (const sub of ['other', 'di']) {
    const email = { Name: 'email', Value: sub === 'di' ? 'di@x.test' : 'andrewbrown@example.com' }
    Users[sub] = { ...andrew, Username: sub, Attributes: [{ Name: 'sub', Value: sub }, email] }
  }
  await writeFile(poolFile(folder), JSON.stringify({ Users, Groups: { a: {} } }))
  const subs = (await prepare()).map((user) => attributeOf(user, 'sub'))
  expect(subs).toHaveLength(5)
  expect(subs).toEqual(expect.arrayContaining(['other', 'di']))
  expect(subs).not.toContain(andrew?.Username)
  expect(await readPool()).toHaveProperty('Groups.a')
})

it('keeps other clients, and renews its own', async () => {
  await prepare()
  const clients = join(dirname(poolFile(folder)), 'clients.json')
  const own = { [localPool.clientId]: { ClientId: 'wrong' } }
  await writeFile(
    clients,
    JSON.stringify({ Clients: { another: { ClientId: 'another' }, ...own } }),
  )
  await prepare()
  const { Clients } = JSON.parse(await readFile(clients, 'utf8'))
  expect(Object.keys(Clients)).toEqual(['another', localPool.clientId])
  expect(Clients[localPool.clientId]).toMatchObject({ ...{ UserPoolId: localPool.userPoolId } })
})

it('puts a file aside that was cut off, and says so', async () => {
  const users = await prepare()
  await writeFile(poolFile(folder), '{"Users": {"a"')
  expect(await prepare()).toHaveLength(users.length)
  expect(said).toEqual([expect.stringContaining(`is now ${poolFile(folder)}.broken`)])
  const kept = `${localPool.userPoolId}.json.broken`
  expect(await readdir(dirname(poolFile(folder)))).toContain(kept)
})
