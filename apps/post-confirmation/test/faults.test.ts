import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { cloneDatabase } from '@cruddur/db/testing'
import { expectNoSecrets, secretsOf } from '@cruddur/test-suite/log-secrets'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLambda, unpackLambda } from './built-lambda.ts'
import { confirmation, signUp } from './events.ts'
import { openProxy } from './proxy.ts'

const { url, session } = await cloneDatabase()
const folder = unpackLambda()
const proxy = await openProxy(url)
proxy.silence('all')
const role = `full_${randomUUID().slice(0, 8)}`

const as = (user: string, password: string) => {
  const changed = new URL(url)
  changed.username = user
  changed.password = password
  return changed.href
}

beforeAll(() => session.query(`create role ${role} login password 'password' connection limit 0`))

afterAll(async () => {
  await session.query(`drop role ${role}`)
  proxy.close()
  rmSync(folder, { recursive: true })
})

/** Tells the built Lambda of a sign-up and its confirmation; both fail, in time and in words. */
async function expectFailure(connectionUrl: string, code: string) {
  const lambda = await startLambda(folder, { CONNECTION_URL: connectionUrl })
  const di = confirmation('private')
  const refused = await lambda.invoke(signUp('private'))
  const failed = await lambda.invoke(di)
  await lambda.stop()

  expect(refused.errorMessage).toBe(
    'Cruddur cannot be reached just now. Please sign up again in a minute',
  )
  expect(failed.errorMessage).toMatch(/^Your account is ready, .* Please sign in: it will be set/)
  expect(Math.max(refused.ms, failed.ms)).toBeLessThan(4500)
  const last: unknown = JSON.parse(lambda.output().trim().split('\n').at(-1) ?? '')
  const { sub } = di.request.userAttributes
  expect(last).toMatchObject({ level: 'error', event: 'trigger_failed', sub, code })
  expectNoSecrets(lambda.output(), secretsOf(connectionUrl))
  expect(lambda.output()).not.toMatch(/private|select|password/i)
}

describe.concurrent('answers in time, with a sentence for a person, when the database', () => {
  it('is down', () => expectFailure('postgres://a:b@127.0.0.1:1/c', 'ECONNREFUSED'))

  it('accepts and says nothing', () => expectFailure(proxy.url, 'DATABASE_UNAVAILABLE'))

  it('has no connection left', () => expectFailure(as(role, 'password'), '53300'))

  it('refuses the password', () => expectFailure(as(role, 'wrong'), '28P01'))

  it('has locked the table, until it is free again', async () => {
    const lambda = await startLambda(folder, { CONNECTION_URL: url })
    const ed = confirmation('ed')
    await session.transaction(async () => {
      await session.query('lock table users in access exclusive mode')
      const { errorMessage, ms } = await lambda.invoke(ed)
      expect(errorMessage).toContain('Please sign in')
      expect(ms).toBeLessThan(4500)
    })
    expect(await lambda.invoke(ed)).toMatchObject({ answer: ed })
    await lambda.stop()
  })
})
