import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { findFreePort } from '../free-port.testing.ts'
import { cloneDatabase } from '../testing.ts'
import { runDb } from './run-db.testing.ts'

const { url } = await cloneDatabase()
let studio: ChildProcess | undefined
afterAll(() => studio?.kill())

const ask = (host: string, port: number) =>
  fetch(`http://${host}:${port}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      type: 'proxy',
      data: { sql: 'select current_database() as name', typings: [], method: 'all' },
    }),
  })

it('serves the target on this machine alone, and ends with us', async () => {
  const port = await findFreePort()
  studio = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), 'studio', '--port', String(port)],
    { env: { PATH: '/usr/bin:/bin', CONNECTION_URL: url }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let said = ''
  studio.stdout?.on('data', (chunk) => {
    said += chunk
  })
  await expect.poll(() => said, { timeout: 120_000 }).toContain('up and running')
  const answer = await ask('127.0.0.1', port)
  expect(await answer.text()).toContain(new URL(url).pathname.slice(1))
  const outside = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')
  if (outside) await expect(ask(outside.address, port)).rejects.toThrow()
  studio.kill('SIGTERM')
  await once(studio, 'exit')
  await expect(ask('127.0.0.1', port)).rejects.toThrow()
})

it('is refused where data may not be lost', async () => {
  const { code, output } = await runDb(['studio', 'prod'], { PROD_CONNECTION_URL: url })
  expect([code, output]).toEqual([1, expect.stringContaining('studio is refused on prod')])
})
