import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
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
async function invoke(connectionUrl: string, order: object | null): Promise<{ applied: string[] }> {
  const call = `const { handler } = await import('./src/lambda.mjs')
    process.stdout.write(JSON.stringify(await handler(${JSON.stringify(order)})))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', call], {
    cwd: folder,
    env: { CONNECTION_URL: connectionUrl },
  })
  return JSON.parse(stdout)
}

const roles = ['cruddur_api', 'cruddur_post_confirmation', 'cruddur_migrator']
const stranger = `stranger_${randomUUID().slice(0, 8)}`

it('makes an empty database ready with what it carries, and finds nothing to do then', async () => {
  await run(process.execPath, [resolve(import.meta.dirname, '../build.mjs'), '--outdir', folder])
  const { url: other, session: server } = await cloneDatabase()
  const url = withDatabase(other, `${databaseOf(other)}_new`)
  await createDatabase(url)
  onTestFinished(async () => {
    await dropDatabase(url)
    for (const role of [...roles, stranger]) {
      await server.query(`drop role if exists ${role}`)
    }
  })
  const { applied } = await invoke(url, { administratorUrl: url })
  expect(applied[0]).toBe('0000_create_users_and_activities')
  const session = openSession(url)
  const rights = "has_table_privilege('cruddur_post_confirmation', 'users', 'insert') as may"
  expect(await session.query(`select ${rights}`)).toEqual([{ may: true }])
  // What Lambda hands on where it is invoked without a payload.
  expect(await invoke(url, null)).toEqual({ applied: [] })

  // Only its owner can take from everybody what everybody may do.
  await session.query(`grant temporary on database "${databaseOf(url)}" to public`)
  await session.query(`create role ${stranger} login password '${stranger}'`)
  await session.query(`grant cruddur_migrator to ${stranger} with admin option`)
  await session.close()
  const administrator = Object.assign(new URL(url), { username: stranger, password: stranger })
  await expect(invoke(url, { administratorUrl: administrator.href })).rejects.toThrow(
    'can still make temporary tables',
  )
})
