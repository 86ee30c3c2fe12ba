import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTestPool } from '@cruddur/auth/testing'
import { connect, upsertPerson } from '@cruddur/db'
import { expectNoSecrets, secretsOf } from '@cruddur/test-suite/log-secrets'
import { afterAll } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** How Cognito answers: as it should, or never, with nonsense, or without an end. */
export type Mood = 'well' | 'never' | 'error' | 'nonsense' | 'no keys' | 'without end'

const nonsense: Partial<Record<Mood, [status: number, body: string]>> = {
  error: [500, '{"message":"Internal server error"}'],
  nonsense: [200, '<!doctype html><title>Sign in</title>'],
  'no keys': [200, '{"keys":[]}'],
}

/** Cognito at the wire: its keys, which a test may rotate, and nobody's attributes. */
async function openCognito() {
  const pool = await createTestPool()
  const state = { mood: 'well' as Mood, asked: 0, sentBytes: 0 }
  const server = createServer(async (request, response) => {
    state.asked += 1
    if (state.mood === 'never') return
    if (state.mood === 'without end') return flood(response, state)
    const [status, body] = nonsense[state.mood] ?? []
    if (status) {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
      return
    }
    const answer = await pool.fetch(`http://127.0.0.1${request.url}`)
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(await answer.text())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { pool, state, url: `http://127.0.0.1:${port}`, close }
}

/** A list of keys that goes on for as long as anybody listens. */
function flood(response: ServerResponse, state: { sentBytes: number }) {
  const chunk = Buffer.alloc(65_536, '{"kty":"RSA"},')
  response.writeHead(200, { 'content-type': 'application/json' })
  const pour = () => {
    while (!response.destroyed) {
      state.sentBytes += chunk.length
      if (!response.write(chunk)) return
    }
  }
  response.on('drain', pour)
  pour()
}

/** The deadline of a statement is 3 s; the rest is for a machine that has other things to do. */
export const deadlineMs = 3_000 + 3_000

export interface RunningApi {
  base: string
  child: ChildProcess
  /** Resolves when the process ends, however. */
  exited: Promise<number | null>
  output: () => string
}

/** The built API in processes of its own, as it runs in production; all end with the test file. */
export async function openBuiltApi() {
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-faults-'))
  const cognito = await openCognito()
  const children: ChildProcess[] = []
  const outputs: (() => string)[] = []
  const secrets: string[] = []
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    for (const output of outputs) expectNoSecrets(output(), secrets)
    cognito.close()
    await rm(folder, { recursive: true, force: true })
  })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const built = spawn(process.execPath, [join(root, 'build.mjs'), '--outdir', folder], {
    stdio: 'inherit',
  })
  await once(built, 'exit')

  async function start(connectionUrl: string, more: Record<string, string> = {}) {
    const child = spawn(process.execPath, [join(folder, 'node.mjs')], {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        // Each test is one address that does a crowd’s work.
        RATE_LIMIT_PERSON: '1000000',
        RATE_LIMIT_ADDRESS: '1000000',
        RATE_LIMIT_CONCURRENT: '10000',
        CONNECTION_URL: connectionUrl,
        FRONTEND_URL: 'http://localhost:3000',
        AWS_COGNITO_USER_POOL_ID: cognito.pool.userPoolId,
        AWS_COGNITO_USER_POOL_CLIENT_ID: cognito.pool.clientId.replace('-', '_'),
        AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.url,
        ...more,
      },
    })
    children.push(child)
    secrets.push(...secretsOf(connectionUrl))
    let output = ''
    outputs.push(() => output)
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk
      })
    }
    const exited = once(child, 'exit').then(([code]): number | null => code)
    while (!/"port":\d+/.test(output)) {
      await Promise.race([once(child.stdout, 'data'), exited])
      if (child.exitCode !== null) throw new Error(`The API did not start:\n${output}`)
    }
    const port = /"port":(\d+)/.exec(output)?.[1]
    const api: RunningApi = {
      base: `http://127.0.0.1:${port}`,
      child,
      exited,
      output: () => output,
    }
    return api
  }

  /** A person with a real token, and with a row where a database is named. */
  async function signUp(url: string | undefined, handle: string) {
    const sub = randomUUID()
    if (url !== undefined) {
      const { db, close } = connect(url)
      await upsertPerson(db, { sub, handle, name: handle })
      await close()
    }
    const token = await cognito.pool.sign({
      sub,
      client_id: cognito.pool.clientId.replace('-', '_'),
    })
    secrets.push(token)
    return { handle, headers: { authorization: `Bearer ${token}` } }
  }

  return { start, signUp, cognito: cognito.state }
}

/** Runs the work by so many hands at once; the n-th piece is told its number. */
export async function byHands<T>(
  pieces: number,
  hands: number,
  work: (n: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const hand = async () => {
    while (next < pieces) {
      const n = next++
      results[n] = await work(n)
    }
  }
  await Promise.all(Array.from({ length: hands }, hand))
  return results
}
