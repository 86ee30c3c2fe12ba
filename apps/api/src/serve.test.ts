import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openSession } from '@cruddur/db/admin'
import { cloneDatabase } from '@cruddur/db/testing'
import { afterAll, describe, expect, it } from 'vitest'

const { url, session } = await cloneDatabase()
const settings = {
  PORT: '0',
  FRONTEND_URL: 'http://localhost:3000',
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_Test1',
  AWS_COGNITO_USER_POOL_CLIENT_ID: 'client1',
}
const children: ChildProcess[] = []

afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** The real entry in a process of its own; resolves with its first line of log. */
async function start(variables: Record<string, string>) {
  const { PATH = '' } = process.env
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'entry/node.ts')],
    { env: { PATH, ...settings, ...variables } },
  )
  children.push(child)
  const exited = once(child, 'exit').then(([code]) => code)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  await Promise.race([exited, once(child.stdout, 'data')])
  const port = /"port":(\d+)/.exec(output)?.[1] ?? ''
  return { child, exited, port, base: `http://127.0.0.1:${port}`, output: () => output }
}

describe('SIGTERM', () => {
  it('lets a request that is under way finish, refuses new ones and exits with 0', async () => {
    const api = await start({ CONNECTION_URL: url })
    const locker = openSession(url)
    await locker.query('begin')
    await locker.query('lock table activities in access exclusive mode')
    const answer = fetch(`${api.base}/api/activities/home`)
    await expect
      .poll(() =>
        session.query(
          "select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'cruddur-api'",
        ),
      )
      .toHaveLength(1)
    api.child.kill('SIGTERM')
    await expect
      .poll(() =>
        fetch(`${api.base}/api/health-check`).then(
          () => 'answered',
          () => 'refused',
        ),
      )
      .toBe('refused')
    await locker.query('commit')
    expect((await answer).status).toBe(200)
    expect(await api.exited).toBe(0)
    await locker.close()
  })

  it('does not wait for a connection that only lies open', async () => {
    const api = await start({ CONNECTION_URL: url })
    await (await fetch(`${api.base}/api/health-check`)).text()
    api.child.kill('SIGTERM')
    expect(await api.exited).toBe(0)
  })
})

describe('start', () => {
  it('says everything that is wrong with the environment and starts nothing', async () => {
    const api = await start({ PORT: 'x', CONNECTION_URL: '', FRONTEND_URL: '' })
    expect(await api.exited).toBe(1)
    expect(api.output()).toMatch(/PORT.*\n.*CONNECTION_URL.*\n.*FRONTEND_URL/)
    expect(api.output()).not.toMatch(/ at /)
  })

  it('ends when its port is taken', async () => {
    const first = await start({ CONNECTION_URL: url })
    const second = await start({ CONNECTION_URL: url, PORT: first.port })
    expect(await second.exited).toBe(1)
    expect(second.output()).toMatch(/listen_failed.*EADDRINUSE/)
  })
})
