import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openThrowawayServer } from '@cruddur/postgres'
import { expect, it } from 'vitest'
import { findFreePort } from './free-port.testing.ts'
import { openSession } from './session.ts'

const program = ['pgbouncer', '/usr/sbin/pgbouncer'].find(
  (each) => spawnSync(each, ['--version']).status === 0,
)
if (!program) {
  process.stderr.write('PgBouncer’s check is skipped: `apt-get install pgbouncer` was not run.\n')
}

/** In front of every database of the server; transactions share its connections. */
async function openPooler(pgbouncer: string, serverUrl: string) {
  const { hostname, port, username, password } = new URL(serverUrl)
  const ownPort = await findFreePort()
  const folder = mkdtempSync(join(tmpdir(), 'cruddur-pgbouncer-'))
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ownPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 1000
`,
  )
  // As root it becomes nobody, who must read its file.
  chmodSync(folder, 0o755)
  const isRoot = process.getuid?.() === 0
  const child = spawn(pgbouncer, ['-q', ...(isRoot ? ['-u', 'nobody'] : []), file], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const url = `postgres://tests@127.0.0.1:${ownPort}/postgres?prepare=false`
  await expect.poll(() => canServe(url), { timeout: 60_000 }).toBe(true)
  return {
    url,
    async close() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}

async function canServe(url: string) {
  const session = openSession(url)
  const answer = await session.query('select 1').catch(() => undefined)
  await session.close()
  return answer !== undefined
}

// They look at the server’s own connections, which the pooler keeps, and at a start-up parameter
// that it would refuse.
const aboutConnections = ['src/deps.test.ts', 'src/worker-api.test.ts']
const runs = [
  ['packages/db', 'src/queries'],
  ['apps/api', ...aboutConnections.flatMap((file) => ['--exclude', file])],
]

it.skipIf(!program)('passes the queries’ tests and the API’s through PgBouncer', async () => {
  const server = await openThrowawayServer()
  const pooler = await openPooler(program ?? '', server.url)
  const env = { ...process.env, TEST_CONNECTION_URL: server.url, TEST_POOLER_URL: pooler.url }
  try {
    for (const [folder, ...files] of runs) {
      const run = spawn('vitest', ['run', '--reporter', 'dot', ...files], {
        cwd: resolve(import.meta.dirname, '../../..', folder ?? ''),
        env,
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      expect([folder, ...(await once(run, 'exit'))]).toEqual([folder, 0, null])
    }
  } finally {
    await pooler.close()
    await server.close()
  }
})
