import { openSession } from '@cruddur/db/admin'
import { cloneDatabase } from '@cruddur/db/testing'
import { describe, expect, it } from 'vitest'
import { startApi } from '../test/start-api.ts'

const { url, session } = await cloneDatabase()
describe('SIGTERM', () => {
  it('lets a request that is under way finish, refuses new ones and exits with 0', async () => {
    const api = await startApi({ CONNECTION_URL: url })
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
})

describe('start', () => {
  it('says everything that is wrong with the environment and starts nothing', async () => {
    const api = await startApi({ PORT: 'x', CONNECTION_URL: '', FRONTEND_URL: '' })
    expect(await api.exited).toBe(1)
    expect(api.output()).toMatch(/PORT.*\n.*CONNECTION_URL.*\n.*FRONTEND_URL/)
    expect(api.output()).not.toMatch(/ at /)
  })

  it('ends when its port is taken', async () => {
    const first = await startApi({ CONNECTION_URL: url })
    expect(first.output()).toContain('"host":"127.0.0.1"')
    const second = await startApi({ CONNECTION_URL: url, PORT: first.port })
    expect(await second.exited).toBe(1)
    expect(second.output()).toMatch(/listen_failed.*EADDRINUSE/)
  })
})
