import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readConnectionUrl } from '../connection-url.ts'
import { adviceWithoutPsql, passwordOf, psqlVariables } from './connect.ts'
import { startDb } from './run-db.testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'cruddur-connect-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('hands psql the target by its environment alone, and ends as it ends', async () => {
  const psql = join(folder, 'psql')
  // Stands for psql: says what it was given.
  writeFileSync(
    psql,
    '#!/bin/sh\necho "words: $*"\nenv | grep ^PG | sort\ngrep -c BEGIN "$PGSSLROOTCERT"\nexit 3\n',
  )
  chmodSync(psql, 0o755)
  const { code, stdout, output } = await startDb(['connect', 'demo'], {
    PATH: `${folder}:/usr/bin:/bin`,
    DEMO_CONNECTION_URL: 'postgres://me:p%40ss%24word@db.example.com:6543/cruddur',
    PGSERVICE: 'elsewhere',
    PGHOSTADDR: '10.0.0.1',
  })
  expect(stdout).toMatch(
    /^words: -v ON_ERROR_STOP=1\nPGAPPNAME=cruddur-psql\nPGDATABASE=cruddur\nPGGSSENCMODE=disable\nPGHOST=db\.example\.com\nPGPASSWORD=p@ss\$word\nPGPORT=6543\nPGSSLMODE=verify-full\nPGSSLROOTCERT=.*\nPGUSER=me\n\d\d+\n$/,
  )
  expect(output).toMatch(/^demo: cruddur on db\.example\.com:6543 as me \(TLS\)\n/)
  expect(code).toBe(3)
}, 60_000)

it('says where psql comes from', async () => {
  const url = 'postgres://me:hidden@127.0.0.1:1/cruddur'
  const { code, output } = await startDb(['connect'], {
    PATH: join(folder, 'empty'),
    CONNECTION_URL: url,
  })
  expect([code, output]).toEqual([1, expect.stringMatching(/psql is not installed\. Get it by /)])
  expect(output).not.toContain('hidden')
  expect(adviceWithoutPsql('darwin', 'prod')).toContain('brew install libpq')
}, 60_000)

it('asks for no TLS on this machine, and for an IAM token where the URL says so', async () => {
  const local = readConnectionUrl('postgres://me@[::1]/cruddur')
  expect(psqlVariables(local, '', '')).toMatchObject({ PGHOST: '::1', PGSSLMODE: 'disable' })
  expect(psqlVariables(local, '', '')).not.toHaveProperty('PGPASSWORD')
  const keys = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'B', AWS_REGION: 'eu-west-1' }
  Object.assign(process.env, keys)
  const token = await passwordOf('postgres://me@db.example.com/cruddur?auth=iam')
  for (const name of Object.keys(keys)) delete process.env[name]
  expect(token).toMatch(/^db\.example\.com:5432\/\?Action=connect&DBUser=me&/)
})
