import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestPool } from '@cruddur/auth/testing'
import { cloneDatabase } from '@cruddur/db/testing'
import { afterAll, expect, it } from 'vitest'
import { createApp } from './app.ts'
import type { Config } from './config.ts'
import { openDeps } from './deps.ts'
import { createLog } from './log.ts'

const pool = await createTestPool()
let questions = 0
/** Cognito: its keys, and a person who may not sign in any more. */
const cognito = createServer((request, response) => {
  if (request.method === 'GET') return response.end(JSON.stringify(pool.jwks))
  questions += 1
  response.writeHead(400).end('{"__type":"NotAuthorizedException"}')
})
await new Promise<void>((resolve) => cognito.listen(0, '127.0.0.1', resolve))
afterAll(() => cognito.close())

const lines: string[] = []
const log = createLog((line) => lines.push(line))

const cognitoUrl = `http://127.0.0.1:${(cognito.address() as AddressInfo).port}`

function open(
  connectionUrl: string,
  limits: Partial<Config['limits']> = {},
  endpoint = cognitoUrl,
) {
  const { userPoolId, clientId } = pool
  const config: Config = {
    host: undefined,
    port: 0,
    connectionUrl,
    origins: [],
    limits: { perPerson: 100, perAddress: 2, concurrent: 100, store: 'process', ...limits },
    trustedHops: 0,
    metrics: undefined,
    cognito: { userPoolId, clientId, endpoint, jwksUrl: `${endpoint}/jwks.json` },
  }
  const { deps, gauges, close } = openDeps(config, log)
  const app = createApp({ origins: [], depsFor: () => deps, peerOf: (c) => c.req.header('peer') })
  return { deps, close, app, measured: () => deps.metrics.write(gauges) }
}

it('asks Cognito once for fifty first requests with a token that it refuses', async () => {
  const { url } = await cloneDatabase()
  const { app, close } = open(url)
  const headers = { authorization: `Bearer ${await pool.sign()}` }
  const responses = await Promise.all(
    Array.from({ length: 50 }, () => app.request('/api/users/me', { headers })),
  )
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([401]))
  expect(questions).toBe(1)
  await close()
})

it('lets searches wait for searches alone, and gives them less time', async () => {
  const { url, session } = await cloneDatabase()
  const { app, deps, close } = open(url)
  expect(await deps.searchDb.execute('show statement_timeout')).toMatchObject([
    { statement_timeout: '1500ms' },
  ])
  expect(await deps.db.execute('show statement_timeout')).toMatchObject([
    { statement_timeout: '3s' },
  ])
  await session.query('begin')
  await session.query('lock table search_words in access exclusive mode')
  const search = () => app.request('/api/activities/search?term=crud')
  const searches = Promise.all(Array.from({ length: 20 }, search))
  expect((await app.request('/api/activities/home')).status).toBe(200)
  expect(new Set((await searches).map(({ status }) => status))).toEqual(new Set([503]))
  await session.query('commit')
  expect((await search()).status).toBe(200)
  await close()
})

it.each([
  ['process', [200, 200, 200, 200]],
  ['postgres', [200, 200, 429, 429]],
] as const)('counts two processes by %s: %j', async (store, statuses) => {
  const { url } = await cloneDatabase()
  const [one, other] = [open(url, { store }), open(url, { store })]
  const answers = []
  for (const { app } of [one, other, other, one]) {
    answers.push(await app.request('/api/activities/home', { headers: { peer: '198.51.100.1' } }))
  }
  expect(answers.map(({ status }) => status)).toEqual(statuses)
  await Promise.all([one.close(), other.close()])
})

it('measures its connections, whom it turned away and whom it knew', async () => {
  const { url, session } = await cloneDatabase()
  const { app, measured, close } = open(url, { concurrent: 1 })
  const headers = { authorization: `Bearer ${await pool.sign()}`, peer: '198.51.100.1' }
  const home = () => app.request('/api/activities/home?limit=7', { headers })
  await session.query('begin')
  await session.query('lock table activities in access exclusive mode')
  const waiting = home()
  await expect.poll(measured).toContain('cruddur_pool_connections{pool="main",state="used"} 1\n')
  expect((await home()).status).toBe(429)
  await session.query('commit')
  expect((await waiting).status).toBe(200)
  expect((await home()).status).toBe(200)
  expect(measured().split('\n')).toEqual(
    expect.arrayContaining([
      'cruddur_pool_connections{pool="main",state="used"} 0',
      'cruddur_rate_limited_total{by="concurrency"} 1',
      'cruddur_token_cache_total{found="no"} 1',
      'cruddur_token_cache_total{found="yes"} 1',
    ]),
  )
  await close()
})

it('says when to ask again, and of whom, where Cognito’s keys cannot be had', async () => {
  const { url } = await cloneDatabase()
  const { app, measured, close } = open(url, {}, 'http://127.0.0.1:1')
  const headers = { authorization: `Bearer ${await pool.sign()}` }
  const answer = await app.request('/api/users/me', { headers })
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(1)
  expect(measured()).toContain('\ncruddur_tokens_total{verdict="unknown"} 1\n')
  const line = lines.findLast((each) => each.includes('"unavailable"')) ?? ''
  expect(JSON.parse(line)).toMatchObject({ level: 'error', code: 'KeysUnavailableError' })
  await close()
})
