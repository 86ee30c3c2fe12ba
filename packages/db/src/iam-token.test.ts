import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { causeWith } from './cause.ts'
import { connect } from './client.ts'
import { readConnectionUrl } from './connection-url.ts'
import { missingForIam, signRdsToken } from './iam-token.ts'
import { openSession, quoteName } from './session.ts'
import { cloneDatabase } from './testing.ts'

const { url, session } = await cloneDatabase()
const role = `iam_${randomUUID().slice(0, 8)}`
const iamUrl = new URL(url)
iamUrl.username = role
iamUrl.password = ''
iamUrl.searchParams.set('auth', 'iam')

const keyOf = (name: string) => ({
  AWS_ACCESS_KEY_ID: name,
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_REGION: 'eu-central-1',
})
const fails = (error: Error) => {
  throw error
}

/** The database takes what RDS would take now. */
async function acceptTokenOf(environment: Record<string, string>) {
  const token = await signRdsToken(readConnectionUrl(iamUrl.href), environment, new Date())
  await session.query(`alter role ${quoteName(role)} password '${token}'`)
}

beforeAll(async () => {
  // Of the clock only: what waits must go on waiting.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 21, 7) })
  await session.query(`create role ${quoteName(role)} login`)
})

afterAll(async () => {
  vi.useRealTimers()
  await session.query(`drop role ${quoteName(role)}`)
})

it('signs in with a token of its own for each connection', async () => {
  const environment = keyOf('FIRST')
  await acceptTokenOf(environment)
  const { db, close } = connect(iamUrl.href, {
    poolSize: 1,
    iam: { environment, onError: fails },
  })
  const whoAmI = () => db.execute(sql`select current_user::text as name`)
  expect(await whoAmI()).toEqual([{ name: role }])
  Object.assign(environment, keyOf('SECOND'))
  await acceptTokenOf(environment)
  await session.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
    role,
  ])
  expect(await whoAmI()).toEqual([{ name: role }])
  await close()
})

it('signs an administrator in by what their shell holds', async () => {
  const shell = { ...keyOf('SHELL'), AWS_SESSION_TOKEN: 'of the session' }
  for (const [name, value] of Object.entries(shell)) vi.stubEnv(name, value)
  await acceptTokenOf(shell)
  const own = openSession(iamUrl.href)
  expect(await own.query('select current_user::text as name')).toEqual([{ name: role }])
  await own.close()
  vi.stubEnv('AWS_ACCESS_KEY_ID', '')
  expect(() => openSession(iamUrl.href)).toThrow(
    'auth=iam, which needs AWS_ACCESS_KEY_ID: `aws configure export-credentials',
  )
  vi.unstubAllEnvs()
})

it('is refused by Postgres, and nothing worse, when no token can be signed', async () => {
  const errors: Error[] = []
  const { db, close } = connect(iamUrl.href, {
    iam: { environment: {}, onError: (error) => errors.push(error) },
  })
  const refusal = await db.execute(sql`select 1`).catch((error: unknown) => error)
  expect(causeWith(refusal, 'code')).toBe('28P01')
  expect(errors.map(String)).toContain(
    'IamTokenError: No RDS token can be signed: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION must be set',
  )
  await close()
})

it('takes the region under either name', () => {
  expect(missingForIam({ ...keyOf('A'), AWS_REGION: '', AWS_DEFAULT_REGION: 'x' })).toEqual([])
  expect(missingForIam({ ...keyOf('A'), AWS_REGION: '' })).toEqual(['AWS_REGION'])
})

it.each([
  ['postgres://di@db.example.com/d?auth=md5', 'the only other way in is auth=iam'],
  ['postgres://di:hidden@db.example.com/d?auth=iam', 'leave the password out'],
  ['postgres://di@db.example.com/d?auth=iam&sslmode=disable', 'in the clear'],
])('refuses %s: %s', (wrong, reason) => {
  expect(() => readConnectionUrl(wrong)).toThrow(reason)
})

it('says at once that a URL asks for a token where none can be made', () => {
  expect(() => connect('postgres://di@db.example.com/d?auth=iam')).toThrow('auth=iam')
})
