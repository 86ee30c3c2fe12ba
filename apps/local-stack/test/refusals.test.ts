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
    expect.stringMatching(/^ {2}CONNECTION_URL is wrong: .*does not begin with postgres:/),
    expect.stringMatching(/^ {2}FRONTEND_URL has "cruddur.com", which is no origin/),
    '',
  ])
  expect(dev.output()).not.toContain('hunter2')
})

it('refuses a taken PORT before it starts anything, and names the way out', async () => {
  const house = await openHouse()
  const other = createServer().listen(house.port, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => {
    other.close()
  })
  const dev = house.dev()
  expect(await dev.exitCode).toBe(1)
  expect(dev.output()).toMatch(new RegExp(`^Port ${house.port} \\(PORT\\) is taken`))
  expect(dev.output()).toMatch(/PORT=\d+ npx -y pnpm@12 dev\n$/)
  expect(dev.output()).not.toContain('Postgres')
})

it('refuses a taken POSTGRES_PORT, and names it', async () => {
  const house = await openHouse()
  const port = await findFreePort()
  const other = createServer().listen(port, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => {
    other.close()
  })
  const dev = house.dev({ POSTGRES_PORT: String(port) })
  expect(await dev.exitCode).toBe(1)
  expect(dev.output()).toContain(`POSTGRES_PORT`)
  expect(dev.output()).toContain(`${port}`)
})

it('refuses a taken COGNITO_PORT, and names it', async () => {
  const house = await openHouse()
  const port = await findFreePort()
  const other = createServer().listen(port, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => {
    other.close()
  })
  const dev = house.dev({ COGNITO_PORT: String(port) })
  expect(await dev.exitCode).toBe(1)
  expect(dev.output()).toBe(
    `Cognito cannot listen on port ${port} (COGNITO_PORT, EADDRINUSE): end what listens there, or unset COGNITO_PORT for a free one.\n`,
  )
})

it('says in one line why a CONNECTION_URL cannot be reached, without its password', async () => {
  const house = await openHouse()
  const port = await findFreePort()
  const dev = house.dev({ CONNECTION_URL: `postgres://app:hunter2@127.0.0.1:${port}/cruddur` })
  expect(await dev.exitCode).toBe(1)
  expect(dev.output()).not.toContain('hunter2')
  const [, reason, end] = dev.output().split('\n')
  expect(reason).toContain(`127.0.0.1:${port} (ECONNREFUSED)`)
  expect(end).toBe('')
})
