import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { createDatabase, openSession, repositoryRoot, withDatabase } from '@cruddur/db/admin'
import { openThrowawayServer } from '@cruddur/postgres'
import { expect, it, onTestFinished } from 'vitest'
import { cognitoEnvironment } from '../src/api-environment.ts'
import { readLogLine } from '../src/log-line.ts'
import type { Environment } from '../src/settings.ts'

const pnpm = (...words: string[]) => ['-y', 'pnpm@12', ...words]

/** README's commands as a person types them, with these variables and none of our own. */
function optionsWith(variables: Environment) {
  const kept = ['PATH', 'HOME', 'TMPDIR'].map((name) => [name, process.env[name]])
  return { cwd: repositoryRoot, env: { ...Object.fromEntries(kept), CI: 'true', ...variables } }
}

async function openEmpty(name: string) {
  const server = await openThrowawayServer()
  const url = withDatabase(server.url, name)
  await createDatabase(url)
  const session = openSession(url)
  onTestFinished(async () => {
    await session.close()
    await server.close()
  })
  return { url, session }
}

const turbo = (words: string[], variables: Environment) =>
  promisify(execFile)('npx', pnpm('exec', 'turbo', 'run', ...words), optionsWith(variables))

it('sets the named environment up by turbo', async () => {
  const { url, session } = await openEmpty('set_up')
  await turbo(['setup', '--', 'test'], { TEST_CONNECTION_URL: url })
  expect(await session.query('select from users')).toHaveLength(4)
})

it('migrates and seeds the named environment by turbo, and the built API serves it', async () => {
  const { url, session } = await openEmpty('commands')
  const none = turbo(['migrate'], { CRUDDUR_ENV: 'nowhere' })
  await expect(none).rejects.toMatchObject({ stdout: /NOWHERE_CONNECTION_URL/ })
  await turbo(['migrate', '--', 'test'], { TEST_CONNECTION_URL: url })
  expect(await session.query('select from users')).toEqual([])
  await turbo(['migrate'], { CRUDDUR_ENV: 'test', TEST_CONNECTION_URL: url })
  await turbo(['seed'], { CRUDDUR_ENV: 'test', TEST_CONNECTION_URL: url })
  expect(await session.query('select from users')).toHaveLength(4)

  await promisify(execFile)('npx', pnpm('--filter', '@cruddur/api', 'build'), optionsWith({}))
  const variables = { PORT: '0', HOST: '127.0.0.1', CONNECTION_URL: url }
  const api = await startApi({ FRONTEND_URL: 'http://localhost:3000', ...variables })
  const cruds = await (await fetch(`${api.url}/api/activities/home`)).text()
  expect(cruds).toContain('"handle":"londo"')
})

/** The built file by its script, until the test ends. */
async function startApi(variables: Environment) {
  const child = spawn('npx', pnpm('--filter', '@cruddur/api', 'start'), {
    ...optionsWith({ ...cognitoEnvironment('http://127.0.0.1:1'), ...variables }),
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  onTestFinished(async () => {
    if (child.pid) process.kill(-child.pid, 'SIGTERM')
    await ended
  })
  for await (const line of createInterface(child.stdout)) {
    const fields = readLogLine(line)
    if (fields?.event === 'listening') return { url: `http://127.0.0.1:${fields.port}` }
  }
  throw new Error('The built API ended before it listened.')
}
