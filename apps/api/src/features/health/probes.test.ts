import { connect } from '@cruddur/db'
import { expect, it } from 'vitest'
import { openApi } from '../../../test/harness.ts'
import { createReadiness } from '../../readiness.ts'

const api = await openApi()
const { log } = api.deps

async function probe() {
  const answer = await api.get('/readyz')
  const { status, headers } = answer
  return { status, retryAfter: headers.get('retry-after'), body: await answer.json() }
}

it('lives without a database, and is ready with one that is migrated', async () => {
  expect(await (await api.get('/livez')).json()).toEqual({ status: 'live' })
  expect(await probe()).toMatchObject({ status: 200, body: { status: 'ready' } })
})

it('is not ready before the newest migration', async () => {
  await api.session.query('update drizzle.__drizzle_migrations set created_at = id')
  api.deps.findReadiness = createReadiness({ db: api.db, log })
  const body = { status: 'migrations_pending' }
  expect(await probe()).toEqual({ status: 503, retryAfter: '1', body })
})

it('is not ready while the database is away, and says no more than that', async () => {
  const away = connect('postgres://a:hidden@127.0.0.1:1/nowhere')
  api.deps.findReadiness = createReadiness({ db: away.db, log })
  const body = { status: 'database_unavailable' }
  expect(await probe()).toEqual({ status: 503, retryAfter: '1', body })
  expect(api.logged()).toContainEqual(
    expect.objectContaining({ event: 'not_ready', code: 'ECONNREFUSED' }),
  )
  expect(api.lines.join()).not.toContain('hidden')
  await away.close()
})

it('asks the database once for many who ask', async () => {
  let asked = 0
  const db = new Proxy(api.db, {
    get(target, name) {
      if (name === 'execute') asked += 1
      return Reflect.get(target, name)
    },
  })
  api.deps.findReadiness = createReadiness({ db, log })
  await Promise.all(Array.from({ length: 50 }, probe))
  expect(asked).toBe(1)
})
