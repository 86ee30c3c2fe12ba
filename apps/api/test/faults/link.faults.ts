import { cloneDatabase } from '@cruddur/db/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Described } from '../openapi-answers.ts'
import { operationsOf, requestOf } from '../openapi-request.ts'
import { type FaultProxy, openFaultProxy } from './fault-proxy.ts'
import { deadlineMs, openBuiltApi, type RunningApi } from './run-api.ts'

const { url, session } = await cloneDatabase()
const { start, signUp } = await openBuiltApi()
const link: FaultProxy = await openFaultProxy(url)
const di = await signUp(url, 'di')
let api: RunningApi

interface Route {
  method?: string
  path: () => string
  body?: object
}

// Of another length each time: a page that was just read is answered without the database.
let homes = 0
const home: Route = { path: () => `/api/activities/home?limit=${1 + (homes++ % 100)}` }

const call = ({ method = 'GET', path, body }: Route) =>
  fetch(`${api.base}${path()}`, {
    method,
    headers: { ...di.headers, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })

/** Asks as the document’s own example does. */
function callExample(documented: ReturnType<typeof operationsOf>[number]) {
  const { url, init } = requestOf(documented)
  const path = url === '/api/activities/home' ? home.path() : url
  return fetch(`${api.base}${path}`, { ...init, headers: { ...init.headers, ...di.headers } })
}

/** Waits until the feed is read again, and says how long that took. */
async function recovery(): Promise<number> {
  const start = performance.now()
  while ((await call(home)).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return performance.now() - start
}

async function expectUnavailable(answer: Response) {
  expect(answer.status).toBe(503)
  expect(await answer.json()).toEqual(['unavailable'])
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
}

beforeAll(async () => {
  api = await start(link.url)
})
afterEach(() => link.set('none'))
afterAll(() => link.close())

describe('a link that is half open', () => {
  it('is answered within the deadline, on each route', async () => {
    const document = (await (await fetch(`${api.base}/openapi.json`)).json()) as Described
    const all = operationsOf(document).filter(({ path }) => path !== '/api/health-check')
    expect(all.length).toBeGreaterThan(15)
    // No more at once than the pool has connections, so that each route meets the dead link itself.
    while (all.length > 0) {
      await recovery()
      link.freeze()
      link.set('stall')
      const start = performance.now()
      const answers = await Promise.all(all.splice(0, 8).map(callExample))
      expect(performance.now() - start).toBeLessThan(deadlineMs)
      for (const answer of answers) await expectUnavailable(answer)
      link.set('none')
    }
  })

  it('is done with once the network is back', async () => {
    await recovery()
    link.freeze()
    link.set('stall')
    const answers = await Promise.all(Array.from({ length: 30 }, () => call(home)))
    for (const answer of answers) await expectUnavailable(answer)
    link.set('none')
    expect(await recovery()).toBeLessThan(5_000)
  })
})

describe('a link that', () => {
  it('is cut in the middle of reads answers them all the same', async () => {
    await recovery()
    link.set({ latencyMs: 100 })
    const reading = Promise.all(Array.from({ length: 10 }, () => call(home)))
    await new Promise((resolve) => setTimeout(resolve, 50))
    link.cut('reset')
    link.set('none')
    expect((await reading).map(({ status }) => status)).toEqual(Array(10).fill(200))
  })

  it.each(['reset', 'end'] as const)(
    'ends what is open (%s) leaves nothing behind',
    async (how) => {
      await recovery()
      link.cut(how)
      expect((await call(home)).status).toBe(200)
    },
  )

  it('refuses is a 503 at once, and works again as soon as it does', async () => {
    await recovery()
    link.set('refuse')
    link.cut('reset')
    await expectUnavailable(await call(home))
    link.set('none')
    expect(await recovery()).toBeLessThan(5_000)
  })

  it('is slow is slow, no more', async () => {
    link.set({ latencyMs: 200 })
    expect((await call(home)).status).toBe(200)
  })

  it('is narrow is slow, no more', async () => {
    link.set({ bytesPerSecond: 20_000 })
    expect((await call(home)).status).toBe(200)
  })
})

describe('a primary that became read-only, as after a failover', () => {
  const kick = () =>
    session.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'cruddur-api' and datname = current_database()`,
    )
  const setReadOnly = (on: boolean) =>
    session.query(
      `do $$ begin execute format('alter database %I set default_transaction_read_only = ${on}',
         current_database()); end $$`,
    )
  const post = (message: string): Route => ({
    method: 'POST',
    path: () => '/api/activities',
    body: { message, ttl: '1-day' },
  })

  it('is read from, and written to as soon as a new connection may', async () => {
    await setReadOnly(true)
    await kick()
    expect((await call(home)).status).toBe(200)
    await expectUnavailable(await call(post('To a replica')))
    await setReadOnly(false).catch(() => {})
    await session.query('begin read write')
    await setReadOnly(false)
    await session.query('commit')
    // The pool holds at most ten connections: each that is found read-only is thrown away.
    const tries: number[] = []
    do tries.push((await call(post(`To the primary, try ${tries.length}`))).status)
    while (tries.at(-1) !== 200 && tries.length < 11)
    expect(tries.at(-1)).toBe(200)
  })
})

it('has ended no process', () => {
  expect(api.child.exitCode).toBeNull()
})
