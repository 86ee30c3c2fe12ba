import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTestPool } from '@cruddur/auth/testing'
import { createDatabase, migrate, openSession, seedBulk, withDatabase } from '@cruddur/db/admin'
import { openThrowawayServer } from '@cruddur/postgres'
import { startServer } from './processes.ts'

const root = resolve(import.meta.dirname, '..')
const clientId = 'bench'
// A bench is no guest; its requests say whom they come from, as a proxy of ours would.
const unlimited = {
  RATE_LIMIT_PERSON: '1000000',
  RATE_LIMIT_ADDRESS: '1000000',
  RATE_LIMIT_CONCURRENT: '1000000',
  TRUSTED_HOPS: '1',
}

export interface Person {
  sub: string
  authorization: string
}

export type World = Awaited<ReturnType<typeof openWorld>>

/** What a run needs and leaves nothing of: a durable Postgres, a user pool and the built API. */
export async function openWorld(peopleCount: number) {
  const server = await openThrowawayServer({ durable: true, settings: { max_connections: '200' } })
  const pool = await createTestPool({ clientId })
  const cognito = createServer(async (request, response) => {
    const answer = await pool.fetch(`http://127.0.0.1${request.url}`)
    response.end(await answer.text())
  })
  await new Promise<void>((done) => cognito.listen(0, '127.0.0.1', done))
  const address = cognito.address()
  const cognitoPort = typeof address === 'object' && address ? address.port : 0
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-bench-'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  execFileSync(process.execPath, [join(root, 'build.mjs'), '--outdir', folder])
  const people = await Promise.all(
    Array.from({ length: peopleCount }, async (_, n): Promise<Person> => {
      const sub = `00000000-0000-4000-8000-${String(n + 1).padStart(12, '0')}`
      return { sub, authorization: `Bearer ${await pool.sign({ sub })}` }
    }),
  )

  /** A database with so many cruds in it, of whom the first people are those with tokens. */
  async function openDatabase(size: number) {
    const connectionUrl = withDatabase(server.url, `bench_${size}`)
    if (!(await createDatabase(connectionUrl))) return connectionUrl
    await migrate(connectionUrl)
    await seedBulk(connectionUrl, size)
    const session = openSession(connectionUrl, 'cruddur-bench', 600_000)
    for (const [n, { sub }] of people.entries()) {
      await session.query(
        `insert into users (handle, display_name, cognito_user_id) values ($1, $1, $2)`,
        [`bench${n}`, sub],
      )
    }
    await session.query('vacuum analyze')
    await session.query('checkpoint')
    await session.close()
    return connectionUrl
  }

  const envFor = (connectionUrl: string) => ({
    HOST: '127.0.0.1',
    PORT: '0',
    CONNECTION_URL: connectionUrl,
    FRONTEND_URL: 'http://localhost:3000',
    ...unlimited,
    AWS_COGNITO_USER_POOL_ID: pool.userPoolId,
    AWS_COGNITO_USER_POOL_CLIENT_ID: clientId,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: `http://127.0.0.1:${cognitoPort}`,
  })

  /** The API as `pnpm start` starts it, and with these words to Node as well. */
  async function startApi(connectionUrl: string, more: string[] = []) {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const words: string[] = scripts.start.replace('dist/node.mjs', '').split(' ').slice(1)
    const given = words.filter((word) => word !== '')
    return startServer([...given, ...more, join(folder, 'node.mjs')], envFor(connectionUrl))
  }

  async function close() {
    cognito.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }

  return { server, folder, people, openDatabase, envFor, startApi, close }
}
