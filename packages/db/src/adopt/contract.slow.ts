import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, it } from 'vitest'
import { databaseOf, onServer } from '../databases.ts'
import { quoteName } from '../session.ts'
import { adopt } from './adopt.ts'
import { fillBootcamp, openBootcamp, prod } from './bootcamp.testing.ts'

const suite = `
  import { startVitest } from 'vitest/node'
  const [, root, testServer] = process.argv
  const options = { root, run: true, globalSetup: [], reporters: ['dot'], provide: JSON.parse(testServer) }
  await startVitest('test', ['test/contract', 'src/features'], options)`

it('leaves a database on which the API’s tests pass', async () => {
  const { url, session, close } = await openBootcamp(prod, 'template')
  await fillBootcamp(session, prod, 2000)
  // Of no text that the tests look for, and over before they begin.
  await session.query("update activities set expires_at = now() - interval '1 day'")
  await adopt(url)
  // A test counts all there are.
  await session.query('delete from notifications')
  await close()
  const template = databaseOf(url)
  await onServer(url, (query) =>
    query(`alter database ${quoteName(template)} allow_connections false`),
  )
  const api = join(import.meta.dirname, '../../../../apps/api')
  const provided = JSON.stringify({ testServer: { url: inject('testServer').url, template } })
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', suite, api, provided],
    { cwd: join(import.meta.dirname, '../..') },
  ).catch((error) => error)
  expect(stdout + stderr).toMatch(/Test Files .*\d+ passed/)
  expect(stdout + stderr).not.toMatch(/failed/i)
})
