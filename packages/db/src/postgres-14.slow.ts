import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openThrowawayServer } from '@cruddur/postgres'
import { expect, it } from 'vitest'

// Existing databases were created as 14.6, so nothing of ours may need more.
it('passes the same tests on Postgres 14', async () => {
  const server = await openThrowawayServer({ version: '14' })
  try {
    const run = spawn('vitest', ['run', '--reporter', 'dot'], {
      cwd: join(import.meta.dirname, '..'),
      env: { ...process.env, TEST_CONNECTION_URL: server.url },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    expect(await once(run, 'exit')).toEqual([0, null])
  } finally {
    await server.close()
  }
})
