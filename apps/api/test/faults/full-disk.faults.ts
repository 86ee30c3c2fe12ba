import { execFileSync } from 'node:child_process'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, migrate, openSession, withDatabase } from '@cruddur/db/admin'
import { openServer, type Server } from '@cruddur/postgres'
import { afterAll, expect, it } from 'vitest'
import { byHands, openBuiltApi } from './run-api.ts'

const directory = await mkdtemp(join(tmpdir(), 'cruddur-full-'))
const mounted = mount()
if (!mounted) {
  process.stderr.write('Skipped: a small disk can be mounted by root alone, who may do so here.\n')
}
const { start, signUp } = await openBuiltApi()
let server: Server | undefined
afterAll(async () => {
  await server?.close()
  if (mounted) execFileSync('umount', [directory])
  await rm(directory, { recursive: true, force: true })
})

function mount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128m', 'cruddur', directory], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

/** Takes all the room that is left. */
async function fill(path: string) {
  const file = await open(path, 'w')
  try {
    for (const size of [1_048_576, 4_096]) {
      const chunk = Buffer.alloc(size)
      while ((await file.write(chunk).catch(() => ({ bytesWritten: 0 }))).bytesWritten === size);
    }
  } finally {
    await file.close()
  }
}

it.runIf(mounted)(
  'a full disk is a 503, loses nothing, and is over when there is room',
  async () => {
    const settings = { max_wal_size: '32MB', min_wal_size: '32MB' }
    server = await openServer({ directory, settings })
    const { port } = server
    const url = withDatabase(server.url, 'cruddur')
    await createDatabase(url)
    await migrate(url)
    const di = await signUp(url, 'di')
    const api = await start(url)

    const post = async (message: string) => {
      const response = await fetch(`${api.base}/api/activities`, {
        method: 'POST',
        headers: { ...di.headers, 'content-type': 'application/json' },
        body: JSON.stringify({ message, ttl: '1-day' }),
      })
      const body: { uuid?: string } = Object(await response.json())
      return { status: response.status, body }
    }
    expect((await post('Before')).status).toBe(200)

    const ballast = join(directory, 'ballast')
    await fill(ballast)
    const sent = await byHands(2_000, 10, (n) => post(`Crud ${n} ${'é'.repeat(260)}`))
    const refused = sent.filter(({ status }) => status !== 200)
    for (const { status, body } of refused) expect([status, body]).toEqual([503, ['unavailable']])
    process.stderr.write(`${refused.length} of ${sent.length} posts found the disk full\n`)
    expect(refused.length).toBeGreaterThan(0)
    const codes = new Set(Array.from(api.output().matchAll(/"code":"(\w+)"/g), ([, code]) => code))
    process.stderr.write(`Postgres said ${[...codes].join(', ')}\n`)

    await rm(ballast)
    // Without room for its log it ends itself, as a supervisor would see.
    server = await openServer({ directory, port, settings })
    await expect.poll(async () => (await post('After')).status, { timeout: 60_000 }).toBe(200)
    expect(api.child.exitCode).toBeNull()
    const session = openSession(url)
    const rows = await session.query<{ uuid: string; message: string }>(
      'select uuid, message from activities',
    )
    await session.close()
    const kept = new Set(rows.map(({ uuid }) => uuid))
    expect(sent.filter(({ status, body }) => status === 200 && !kept.has(body.uuid ?? ''))).toEqual(
      [],
    )
    expect(new Set(rows.map(({ message }) => message)).size).toBe(rows.length)
  },
)
