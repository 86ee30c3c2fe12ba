import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import {
  createDatabase,
  databaseOf,
  dropDatabase,
  openSession,
  withDatabase,
} from '@cruddur/db/admin'
import { cloneDatabase } from '@cruddur/db/testing'
import { afterAll, expect, it, onTestFinished } from 'vitest'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'migrator-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What Lambda is given, in a process of its own that has nothing else. */
async function invoke(connectionUrl: string, order: object): Promise<{ applied: string[] }> {
  const call = `const { handler } = await import('./src/lambda.mjs')
    process.stdout.write(JSON.stringify(await handler(${JSON.stringify(order)})))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', call], {
    cwd: folder,
    env: { CONNECTION_URL: connectionUrl },
  })
  return JSON.parse(stdout)
}

it('makes an empty database ready with what it carries, and finds nothing to do then', async () => {
  await run(process.execPath, [resolve(import.meta.dirname, '../build.mjs'), '--outdir', folder])
  const { url: other, session: server } = await cloneDatabase()
  const url = withDatabase(other, `${databaseOf(other)}_new`)
  await createDatabase(url)
  onTestFinished(async () => {
    await dropDatabase(url)
    for (const role of ['cruddur_api', 'cruddur_post_confirmation', 'cruddur_migrator']) {
      await server.query(`drop role if exists ${role}`)
    }
  })
  const { applied } = await invoke(url, { administratorUrl: url })
  expect(applied[0]).toBe('0000_create_users_and_activities')
  const session = openSession(url)
  const rights = "has_table_privilege('cruddur_post_confirmation', 'users', 'insert') as may"
  expect(await session.query(`select ${rights}`)).toEqual([{ may: true }])
  await session.close()
  expect(await invoke(url, {})).toEqual({ applied: [] })
})
