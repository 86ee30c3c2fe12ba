import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { callCognito } from '../src/cognito/call-cognito.ts'
import type { LocalFile } from '../src/local-file.ts'
import { localPool } from '../src/local-pool.ts'
import { listRunning, openHouse } from './harness.ts'

it('starts once however often it is asked, says what runs, and stops all of it', async () => {
  const house = await openHouse()
  const both = [house.dev(), house.dev()]
  const second = await Promise.race(both.map((dev) => dev.exitCode.then(() => dev)))
  const first = both.find((dev) => dev !== second) ?? second
  await first.says('Stop ')
  expect(await second.exitCode).toBe(0)
  expect(first.output()).toMatch(/Creating the data of Postgres 18\nStarting Postgres 18\n/)
  expect(second.output()).toContain(`already runs here (process ${first.pid})`)
  expect(second.output()).toContain(`kill ${first.pid}`)
  expect(blockOf(second.output())).toBe(blockOf(first.output()))
  expect(blockOf(first.output())).toContain(`curl -s '${house.apiUrl}/api/activities/home?limit=3'`)
  expect((await listCruds(house.apiUrl)).length).toBeGreaterThan(5)
  const elsewhere = `http://127.0.0.2:${house.port}/api/activities/home`
  await expect(fetch(elsewhere), 'listens for this machine alone').rejects.toThrow('fetch failed')

  const state = join(house.root, '.cruddur')
  const local = await house.local()
  expect(local).toMatchObject({ pid: first.pid, apiUrl: house.apiUrl })
  expect((await stat(join(state, 'local.json'))).mode & 0o777).toBe(0o600)
  expect((await stat(state)).mode & 0o066).toBe(0)

  first.child.kill('SIGINT')
  first.child.kill('SIGINT')
  expect(await first.exitCode).toBe(0)
  expect(local?.processes).toHaveLength(3)
  expect(await listRunning(local?.processes.map(({ pid }) => pid) ?? [])).toEqual([])
  expect((await readdir(state)).sort()).toEqual([
    'cognito',
    expect.stringMatching(/^dev\./),
    'lambda',
    'postgres',
  ])
})

it('comes back after a kill -9: the same Postgres, one API, nothing lost', async () => {
  const house = await openHouse()
  const killed = house.dev()
  await killed.says('Stop ')
  const before = await house.local()
  const cruds = await listCruds(house.apiUrl)
  const who = { ClientId: localPool.clientId, Username: 'di@example.com' }
  await callCognito(before?.cognitoUrl ?? '', 'SignUp', { ...who, Password: 'Di-123456' })
  killed.child.kill('SIGKILL')
  await killed.exitCode

  const next = house.dev()
  await next.says('already running, taken over')
  await next.says('Stop ')
  const after = await house.local()
  expect(pidOf('Postgres', after)).toBe(pidOf('Postgres', before))
  expect(await listRunning([pidOf('API', before), pidOf('Cognito', before)])).toEqual([])
  expect(await listCruds(house.apiUrl)).toEqual(cruds)
  await callCognito(after?.cognitoUrl ?? '', 'ResendConfirmationCode', who)

  next.child.kill('SIGTERM')
  expect(await next.exitCode).toBe(0)
  const pids = ['API', 'Cognito', 'Postgres'].map((name) => pidOf(name, after))
  expect(await listRunning(pids)).toEqual([])
})

const blockOf = (output: string) => output.slice(output.indexOf('  API'), output.indexOf('  Stop'))

const pidOf = (name: string, local: LocalFile | undefined) =>
  local?.processes.find((each) => each.name === name)?.pid ?? 0

async function listCruds(apiUrl: string): Promise<{ uuid: string }[]> {
  const response = await fetch(`${apiUrl}/api/activities/home`)
  expect(response.status).toBe(200)
  return JSON.parse(await response.text())
}
