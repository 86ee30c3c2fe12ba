import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startDb } from './run-db.testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'cruddur-tunnel-'))
afterAll(() => rmSync(folder, { recursive: true }))

const host = 'cruddur-prod.abc.eu-west-1.rds.amazonaws.com'
const connect = () =>
  startDb(['connect', 'prod', '--tunnel'], {
    PATH: `${folder}:/usr/bin:/bin`,
    PROD_CONNECTION_URL: `postgres://me:hidden@${host}:5432/cruddur`,
  })
const isRunning = (pid: number) => spawnSync('kill', ['-0', String(pid)]).status === 0
const write = (name: string, script: string) =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })

it('shows the way through SSM, and takes psql along it once the plugin is there', async () => {
  // Stands for the AWS CLI: one instance, and a session that stays open until it is ended.
  const session = `echo $$ > ${folder}/pid; echo Waiting for connections...`
  write('aws', `[ "$1" = ssm ] || { echo i-0abc; exit; }\n${session}\nwhile :; do sleep 0.1; done`)
  write('psql', 'env | grep ^PG | sort; exit 3')
  const forward = `host=${host},portNumber=5432,localPortNumber=`
  const missing = await connect()
  expect(missing.code).toBe(1)
  expect(missing.output).toContain('session-manager-plugin')
  expect(missing.output).toMatch(
    new RegExp(`aws ssm start-session --region eu-west-1 .*${forward}`),
  )

  write('session-manager-plugin', '')
  const { code, output, stdout } = await connect()
  const [, port] = new RegExp(`--target i-0abc .*${forward}(\\d+)`).exec(output) ?? []
  expect(stdout).toContain(`PGHOST=${host}\nPGHOSTADDR=127.0.0.1\n`)
  expect(stdout).toContain(`PGPORT=${port}\n`)
  expect(stdout).toContain('PGSSLMODE=verify-full\n')
  expect(code).toBe(3)
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  await expect.poll(() => isRunning(pid), { timeout: 60_000 }).toBe(false)
}, 60_000)

it('says how a stage gets an instance', async () => {
  write('aws', 'echo')
  write('session-manager-plugin', '')
  expect((await connect()).output).toMatch(/no instance cruddur-prod-tunnel.*set `tunnel: true`/)
}, 60_000)
