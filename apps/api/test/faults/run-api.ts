import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTestPool } from '@cruddur/auth/testing'
import { connect, upsertPerson } from '@cruddur/db'
import { afterAll } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** Cognito at the wire: its keys, which a test may rotate, and nobody's attributes. */
async function openCognito() {
  const pool = await createTestPool()
  const server = createServer(async (request, response) => {
    const answer = await pool.fetch(`http://127.0.0.1${request.url}`)
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(await answer.text())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { pool, url: `http://127.0.0.1:${port}`, close: () => server.close() }
}

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
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
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
        CONNECTION_URL: connectionUrl,
        FRONTEND_URL: 'http://localhost:3000',
        AWS_COGNITO_USER_POOL_ID: cognito.pool.userPoolId,
        AWS_COGNITO_USER_POOL_CLIENT_ID: cognito.pool.clientId.replace('-', '_'),
        AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.url,
        ...more,
      },
    })
    children.push(child)
    let output = ''
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

  /** A person with a row and a real token. */
  async function signUp(url: string, handle: string) {
    const { db, close } = connect(url)
    const sub = randomUUID()
    const { uuid } = await upsertPerson(db, { sub, handle, name: handle })
    await close()
    const token = await cognito.pool.sign({
      sub,
      client_id: cognito.pool.clientId.replace('-', '_'),
    })
    return { uuid, handle, headers: { authorization: `Bearer ${token}` } }
  }

  return { start, signUp, pool: cognito.pool }
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
