import { rmSync } from 'node:fs'
import { cloneDatabase } from '@cruddur/db/testing'
import { expectNoSecrets, secretsOf } from '@cruddur/test-suite/log-secrets'
import { afterAll, expect, it } from 'vitest'
import { startLambda, unpackLambda } from './built-lambda.ts'
import { confirmation, eventOf, signUp } from './events.ts'
import { openProxy } from './proxy.ts'

const { url, session } = await cloneDatabase()
const folder = unpackLambda()
const proxy = await openProxy(url)
const lambda = await startLambda(folder, { CONNECTION_URL: proxy.url })

afterAll(async () => {
  await lambda.stop()
  proxy.close()
  rmSync(folder, { recursive: true })
  expectNoSecrets(lambda.output(), secretsOf(proxy.url))
})

const handles = async () => {
  const rows = await session.query<{ handle: string }>('select handle from users order by handle')
  return rows.map((row) => row.handle)
}

it('answers every trigger from the zip alone', async () => {
  const di = confirmation('di')
  expect(await lambda.invoke(di)).toMatchObject({ answer: di })
  expect(await handles()).toEqual(['di'])
  const taken = signUp('di', { email: 'other@example.com' })
  expect(await lambda.invoke(taken)).toMatchObject({
    errorMessage: 'The handle di is taken. Please choose another one',
  })
  const foreign = eventOf('CustomMessage_SignUp', {})
  expect(await lambda.invoke(foreign)).toMatchObject({ answer: foreign })
  await expect
    .poll(() => lambda.output().match(/"event":"\w+"/g))
    .toEqual(['"event":"trigger_done"', '"event":"trigger_refused"', '"event":"trigger_unknown"'])
})

it('costs one round trip when it is warm', async () => {
  await lambda.invoke(confirmation('ed'))
  const before = proxy.roundTrips()
  await lambda.invoke(confirmation('fay'))
  expect(proxy.roundTrips() - before).toBe(1)
  await lambda.invoke(confirmation('FAY', { email: 'other@example.com' }))
  expect(proxy.roundTrips() - before).toBe(3)
})

it.each(['once', 'again'])('survives a backend killed while it was frozen, %s', async (time) => {
  const gil = confirmation(`gil-${time}`)
  lambda.freeze()
  const killed = await session.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'cruddur-post-confirmation'`,
  )
  expect(killed).not.toHaveLength(0)
  const answered = lambda.invoke(gil)
  lambda.thaw()
  expect(await answered).toMatchObject({ answer: gil })
  expect(await handles()).toContain(`gil-${time}`)
})

it('survives a connection that died without a word', async () => {
  proxy.silence('open')
  const hal = confirmation('hal')
  const { answer, ms } = await lambda.invoke(hal)
  expect(answer).toEqual(hal)
  expect(ms).toBeLessThan(4500)
  await expect.poll(lambda.output).toContain('"trigger_retried"')
})

it('does not start in an environment that is not right', async () => {
  await expect(startLambda(folder, { CONNECTION_URL: 'postgres://db' })).rejects.toThrow(
    'The environment is not right, so nothing was started:',
  )
})
