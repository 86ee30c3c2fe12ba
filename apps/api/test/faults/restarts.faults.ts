import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, migrate, seed, withDatabase } from '@cruddur/db/admin'
import { openServer, type Server } from '@cruddur/postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deadlineMs, openBuiltApi, type RunningApi } from './run-api.ts'

// A server of its own: the one that the other files share must live.
const directory = await mkdtemp(join(tmpdir(), 'cruddur-restarts-'))
const { start, signUp } = await openBuiltApi()
let server: Server
let api: RunningApi
let headers: Record<string, string>

beforeAll(async () => {
  server = await openServer({ directory })
  const url = withDatabase(server.url, 'cruddur')
  await createDatabase(url)
  await migrate(url)
  await seed(url)
  headers = { ...(await signUp(url, 'di')).headers, 'content-type': 'application/json' }
  api = await start(url)
})
afterAll(async () => {
  await server?.close()
  await rm(directory, { recursive: true, force: true })
})

interface Answer {
  at: number
  status: number
  uuid: string | undefined
}

it('is there again by itself, ten times in a minute of load', async () => {
  const answers: Answer[] = []
  const returns: number[] = []
  let over = false

  async function call(n: number) {
    const isPost = n % 5 === 0
    const response = await fetch(`${api.base}/api/activities${isPost ? '' : '/home?limit=5'}`, {
      headers,
      ...(isPost
        ? { method: 'POST', body: JSON.stringify({ message: `Crud ${n}`, ttl: '1-day' }) }
        : {}),
    })
    const { uuid }: { uuid?: string } = Object(await response.json())
    answers.push({ at: Date.now(), status: response.status, uuid: isPost ? uuid : undefined })
  }

  let sent = 0
  const load = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (!over) {
        await call(sent++)
        await pause(5)
      }
    }),
  )
  for (let round = 0; round < 10; round++) {
    await pause(2_000)
    process.kill(server.pid, 'SIGKILL')
    await pause(1_000)
    server = await openServer({ directory, port: server.port })
    returns.push(Date.now())
  }
  await pause(5_000)
  over = true
  await load

  for (const at of returns) {
    const first = answers.find((answer) => answer.at >= at && answer.status === 200)
    expect((first?.at ?? Number.POSITIVE_INFINITY) - at).toBeLessThan(5_000)
  }
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]))
  expect(api.child.exitCode).toBeNull()
  const kept = await posted()
  const acknowledged = answers.flatMap(({ uuid }) => uuid ?? [])
  expect(acknowledged.length).toBeGreaterThan(50)
  expect(acknowledged.filter((uuid) => !kept.has(uuid))).toEqual([])
})

async function posted(): Promise<Set<string>> {
  const uuids = new Set<string>()
  let path: string | undefined = '/api/activities/home?limit=100'
  while (path) {
    const response: Response = await fetch(`${api.base}${path}`)
    for (const [, uuid = ''] of (await response.text()).matchAll(/"uuid":"([^"]+)"/g)) {
      uuids.add(uuid)
    }
    path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  }
  return uuids
}

it('waits for a Postgres that stands still, and no longer than the deadline', async () => {
  // Its backends go on and only new connections stand still: this process has none yet.
  const fresh = await start(withDatabase(server.url, 'cruddur'))
  const home = (limit: number) => fetch(`${fresh.base}/api/activities/home?limit=${limit}`)
  process.kill(server.pid, 'SIGSTOP')
  try {
    const begin = performance.now()
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => home(n + 1)))
    expect(performance.now() - begin).toBeLessThan(deadlineMs)
    for (const { status } of answers) expect(status).toBe(503)
  } finally {
    process.kill(server.pid, 'SIGCONT')
  }
  await expect.poll(async () => (await home(50)).status, { timeout: 5_000 }).toBe(200)
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
