import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTestPool } from '@cruddur/auth/testing'
import { upsertPerson } from '@cruddur/db'
import { cloneDatabase, type TestDatabase } from '@cruddur/db/testing'
import { openRuntime } from '@cruddur/test-suite/runtimes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Call, calls, frontend } from './calls.ts'
import { type Host, hosts } from './open-hosts.ts'

const settings = {
  HOST: '127.0.0.1',
  PORT: '0',
  FRONTEND_URL: frontend,
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_TestPool1',
  AWS_COGNITO_USER_POOL_CLIENT_ID: 'client1',
}
const folder = mkdtempSync(join(tmpdir(), 'cruddur-runtimes-'))
const pool = await createTestPool({ clientId: 'client1' })
/** Stands in for Cognito: it has the pool’s keys. */
const cognito = createServer((_, response) => response.end(JSON.stringify(pool.jwks)))
await once(cognito.listen(0, '127.0.0.1'), 'listening')
const address = cognito.address()
const cognitoUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
const databases = new Map<string, TestDatabase>()
const hyperdrive = await cloneDatabase()
for (const name of Object.keys(hosts)) databases.set(name, await cloneDatabase())

beforeAll(() => {
  const build = resolve(import.meta.dirname, '../../build.mjs')
  execFileSync(process.execPath, [build, '--outdir', folder], { cwd: folder })
})
afterAll(() => {
  cognito.close()
  cognito.closeAllConnections()
  rmSync(folder, { recursive: true })
})

describe.each(Object.entries(hosts))('on %s', (name, open) => {
  const sub = randomUUID()
  let host: Host | undefined
  let token: string
  /** Of what was answered before: the first post’s uuid, the feed’s tag. */
  const known: Record<string, string> = {}

  beforeAll(async () => {
    const database = databases.get(name)
    if (!database) throw new Error(`${name} has no database`)
    await upsertPerson(database.db, { sub, handle: 'di', name: 'Di' })
    token = await pool.sign({ sub })
    host = await open(folder, {
      ...settings,
      CONNECTION_URL: database.url,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognitoUrl,
    })
  })
  afterAll(() => host?.close())

  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, key) => known[key] ?? '')

  async function ask({ path, method = 'GET', headers = {}, body, signedIn }: Call) {
    const filled = Object.entries(headers).map(([key, value]) => [key, fill(value)])
    const response = await host?.ask(fill(path), {
      method,
      headers: {
        ...Object.fromEntries(filled),
        origin: frontend,
        ...(signedIn ? { authorization: `Bearer ${token}` } : {}),
      },
      ...(body === undefined ? {} : { body }),
    })
    const text = (await response?.text()) ?? ''
    known.uuid ||= /"uuid":"([^"]+)"/.exec(text)?.[1] ?? ''
    known.etag = response?.headers.get('etag') ?? known.etag ?? ''
    return { response, text }
  }

  it.for(calls)('answers $name', async (call, context) => {
    if (!host) return context.skip('the runtime is not to be had here: see above')
    const { response, text } = await ask(call)
    expect({ status: response?.status, text }).toMatchObject({ status: call.status })
    const { answer, answerHeaders = {} } = call
    if (answer !== undefined) {
      expect(JSON.parse(text)).toMatchObject(JSON.parse(fill(JSON.stringify(answer))))
    }
    expect(Object.fromEntries(response?.headers ?? [])).toMatchObject({
      'access-control-allow-origin': frontend,
      'x-request-id': expect.any(String),
      ...answerHeaders,
    })
  })
})

it('reaches Postgres from a Worker through Hyperdrive, and leaves no connection open', async () => {
  const { url, session } = hyperdrive
  const open = () =>
    session.query(`select pid from pg_stat_activity
      where application_name = 'cruddur-api' and datname = current_database()`)
  const bundle = join(folder, 'worker/worker.mjs')
  const { close, ...runtime } = await openRuntime('workerd', bundle, {
    ...settings,
    HYPERDRIVE: url,
  })
  try {
    for (const _ of [1, 2, 3]) {
      const response = await fetch(`${runtime.url}/api/activities/home`)
      expect([response.status, await response.json()]).toEqual([200, []])
    }
    await expect.poll(open, { timeout: 60_000 }).toEqual([])
  } finally {
    await close()
  }
})
