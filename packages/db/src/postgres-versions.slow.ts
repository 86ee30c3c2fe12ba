import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openThrowawayServer } from '@cruddur/postgres'
import { expect, it } from 'vitest'

// Existing databases were created as 14.6, so nothing of ours may need more; any later version may
// be under the database that is adopted. All other tests run on 18.
it.for([
  ['14', ['src/adopt', 'src/queries', 'src/migrate', 'src/grants', 'src/cli/adopt', 'src/sweep']],
  ['15', ['src/adopt']],
  ['16', ['src/adopt']],
  ['17', ['src/adopt']],
] as const)('Postgres %s passes the tests of %j', async ([version, paths], context) => {
  const server = await openThrowawayServer({ version }).catch((error: Error) => {
    if (!/^npm could not download/.test(error.message)) throw error
    process.stderr.write(`Postgres ${version} is skipped: ${error.message}\n`)
    return context.skip(error.message)
  })
  try {
    const run = spawn('vitest', ['run', '--reporter', 'dot', ...paths], {
      cwd: join(import.meta.dirname, '..'),
      env: { ...process.env, TEST_CONNECTION_URL: server.url },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    expect(await once(run, 'exit')).toEqual([0, null])
  } finally {
    await server.close()
  }
})
