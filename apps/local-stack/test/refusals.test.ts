import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findFreePort, openHouse } from './harness.ts'

it('lists everything that is wrong with the environment and starts nothing', async () => {
  const house = await openHouse()
  await writeFile(join(house.root, '.env.local'), 'FRONTEND_URL=cruddur.com\nPORT=1\n')
  const dev = house.dev({
    PORT: '99999',
    POSTGRES_PORT: 'many',
    CONNECTION_URL: 'mysql://app:hunter2@127.0.0.1/cruddur',
  })
  expect(await dev.exitCode).toBe(1)
  expect(dev.output().split('\n')).toEqual([
    'The environment is not right, so nothing was started:',
    expect.stringMatching(/^ {2}PORT is no port/),
    expect.stringMatching(/^ {2}POSTGRES_PORT is no port/),
    expect.stringMatching(/^ {2}CONNECTION_URL does not begin with postgres:/),
    expect.stringMatching(/^ {2}FRONTEND_URL has "cruddur.com", which is no origin/),
    '',
  ])
  expect(dev.output()).not.toContain('hunter2')
})

/** A port that somebody listens on. */
async function takePort(port: number): Promise<number> {
  const other = createServer().listen(port, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  return port
}

it('refuses a taken PORT before it starts anything, and names the way out', async () => {
  const house = await openHouse()
  await takePort(house.port)
  const said = await house.refusal()
  expect(said).toMatch(new RegExp(`^Port ${house.port} \\(PORT\\) is taken`))
  expect(said).toMatch(/PORT=\d+ npx -y pnpm@12 dev$/)
})

it('refuses a HOST of another machine before it starts, and names the way out', async () => {
  const house = await openHouse()
  expect(await house.refusal({ HOST: '192.0.2.1' })).toBe(
    'HOST is 192.0.2.1, where this machine cannot listen (EADDRNOTAVAIL): ' +
      'unset it for 127.0.0.1, or take 0.0.0.0 for every address.',
  )
})

it('refuses a taken POSTGRES_PORT, and names it', async () => {
  const house = await openHouse()
  const port = await takePort(await findFreePort())
  expect(await house.refusal({ POSTGRES_PORT: String(port) })).toMatch(
    new RegExp(`^POSTGRES_PORT is ${port}. Port ${port} on 127.0.0.1 is taken`),
  )
})

it('refuses a taken COGNITO_PORT, and names it', async () => {
  const house = await openHouse()
  const port = await takePort(await findFreePort())
  expect(await house.refusal({ COGNITO_PORT: String(port) })).toBe(
    `Cognito cannot listen on port ${port} (COGNITO_PORT, EADDRINUSE): ` +
      'end what listens there, or unset COGNITO_PORT for a free one.',
  )
})

it('says in one line why a CONNECTION_URL cannot be reached, without its password', async () => {
  const house = await openHouse()
  const port = await findFreePort()
  const url = `postgres://app:hunter2@127.0.0.1:${port}/cruddur`
  const [, reason, ...more] = (await house.refusal({ CONNECTION_URL: url })).split('\n')
  expect(reason).toContain(`127.0.0.1:${port} (ECONNREFUSED)`)
  expect(reason).not.toContain('hunter2')
  expect(more).toEqual([])
})
