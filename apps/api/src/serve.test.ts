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

  it('limits who is at the other end, and is measured on a port that serves nothing else', async () => {
    const api = await startApi({ CONNECTION_URL: url, METRICS_PORT: '0', RATE_LIMIT_ADDRESS: '4' })
    const port = () => /metrics_listening.*"at":(\d+)/.exec(api.output())?.[1]
    await expect.poll(port).toBeDefined()
    expect((await fetch(`${api.base}/metrics`)).status).toBe(404)
    const statuses = []
    for (let n = 0; n < 4; n++) {
      const headers = { 'x-forwarded-for': `198.51.100.${n}` }
      statuses.push((await fetch(`${api.base}/api/activities/home`, { headers })).status)
    }
    expect(statuses).toEqual([200, 200, 200, 429])
    const answer = await fetch(`http://127.0.0.1:${port()}/metrics`)
    expect(answer.headers.get('content-type')).toContain('version=0.0.4')
    const text = await answer.text()
    expect(text).toContain('route="/api/activities/home",status="200"} 3')
    expect(text).toContain('cruddur_rate_limited_total{by="address"} 1')
    expect(text).toMatch(/cruddur_pool_connections\{pool="main",state="idle"\} 1\n/)
    expect(text).toMatch(/cruddur_home_cache_total\{found="(yes|no)"\} \d+\n/)
    expect(text).toMatch(/cruddur_event_loop_lag_seconds\{quantile="0.99"\} 0\.\d+\n/)
    expect((await fetch(`http://127.0.0.1:${port()}/api/activities/home`)).status).toBe(404)
  })

  it('goes on without whoever read its log', async () => {
    const api = await startApi({ CONNECTION_URL: url })
    api.child.stdout.destroy()
    for (let n = 0; n < 3; n++) {
      expect((await fetch(`${api.base}/api/activities/home`)).status).toBe(200)
    }
    expect(api.child.exitCode).toBeNull()
  })

  it('ends when its port is taken', async () => {
    const first = await startApi({ CONNECTION_URL: url })
    expect(first.output()).toContain('"host":"127.0.0.1"')
    const second = await startApi({ CONNECTION_URL: url, PORT: first.port })
    expect(await second.exited).toBe(1)
    expect(second.output()).toMatch(/listen_failed.*EADDRINUSE/)
  })
})
