import { randomUUID } from 'node:crypto'
import { cloneDatabase } from '@cruddur/db/testing'
import { expect, it } from 'vitest'
import { confirmation, eventOf } from '../test/events.ts'
import { createHandler } from './handler.ts'
import { createLog } from './log.ts'

const { db, session } = await cloneDatabase()
const handler = createHandler({ db, log: createLog(() => {}) })

const rowsOf = (event: ReturnType<typeof eventOf>) =>
  session.query('select * from users where cognito_user_id = $1', [
    event.request.userAttributes.sub,
  ])

it('makes the row of a confirmed account and returns the whole event', async () => {
  const di = confirmation('di', { name: 'Di Nguyen', email: 'Di@Example.com' })
  const copy = structuredClone(di)
  expect(await handler(di)).toBe(di)
  expect(di).toEqual(copy)
  expect(await rowsOf(di)).toMatchObject([
    { handle: 'di', display_name: 'Di Nguyen', email: 'di@example.com' },
  ])
})

it('makes one row of an event that comes again, and of 50 at once', async () => {
  const ed = confirmation('ed')
  for (let time = 0; time < 3; time += 1) await handler(ed)
  await Promise.all(Array.from({ length: 50 }, () => handler(ed)))
  expect(await rowsOf(ed)).toHaveLength(1)
})

it('makes no second row of a password reset, and heals a missing one', async () => {
  const fay = confirmation('fay')
  await handler(fay)
  const reset = {
    ...fay,
    triggerSource: 'PostConfirmation_ConfirmForgotPassword',
  }
  await handler(reset)
  expect(await rowsOf(fay)).toHaveLength(1)
  await session.query("delete from users where handle = 'fay'")
  await handler(reset)
  expect(await rowsOf(fay)).toMatchObject([{ handle: 'fay' }])
})

it('gives a federated person without handle and name a row of their own', async () => {
  const google = eventOf('PostConfirmation_ConfirmSignUp', {
    sub: `${randomUUID().slice(0, -4)}c0de`,
    'cognito:user_status': 'EXTERNAL_PROVIDER',
    identities: '[{"providerName":"Google"}]',
    email_verified: 'false',
    email: 'gil@example.com',
  })
  await handler(google)
  expect(await rowsOf(google)).toMatchObject([
    { handle: 'person-c0de', display_name: 'person-c0de', email: 'gil@example.com' },
  ])
})

it.each<[string, Record<string, string | undefined>, RegExp]>([
  ['malformed', { preferred_username: 'hal the great!' }, /^hal-the-great$/],
  ['an address', { preferred_username: 'hal@example.com', name: 'Hal' }, /^Hal$/],
  ['missing', { preferred_username: undefined, name: undefined }, /^person-/],
  ['taken', { preferred_username: 'DI', email: 'hal@example.org' }, /^DI-[0-9a-f]{4}$/],
  ['no text', { preferred_username: '\0\ud800', name: '\0\udfff' }, /^person-/],
])('never loses a person whose handle is %s', async (_, attributes, handle) => {
  const hal = confirmation('hal', attributes)
  await handler(hal)
  expect(await rowsOf(hal)).toMatchObject([{ handle: expect.stringMatching(handle) }])
})

it('takes over the row of an account that was deleted and signed up again', async () => {
  const first = confirmation('ida')
  await handler(first)
  const [before] = await rowsOf(first)
  const again = confirmation('Ida', { email: 'IDA@example.com' })
  await handler(again)
  expect(await rowsOf(again)).toEqual([
    { ...before, cognito_user_id: again.request.userAttributes.sub },
  ])
})

it.each<[string, string, Record<string, string | undefined>]>([
  ['an administrator confirmed', 'ConfirmSignUp', { email_verified: undefined }],
  ['did not verify the email', 'ConfirmSignUp', { email_verified: 'false' }],
  ['came from a provider', 'ConfirmSignUp', { 'cognito:user_status': 'EXTERNAL_PROVIDER' }],
  ['is linked to a provider', 'ConfirmSignUp', { identities: '[]' }],
  ['only changed the password', 'ConfirmForgotPassword', {}],
])('takes nothing over for an account that %s', async (_, source, attributes) => {
  const handle = `jo-${randomUUID().slice(0, 8)}`
  const owner = confirmation(handle)
  await handler(owner)
  const other = confirmation(handle, attributes)
  await handler({ ...other, triggerSource: `PostConfirmation_${source}` })
  expect(await rowsOf(owner)).toHaveLength(1)
  expect(await rowsOf(other)).toMatchObject([
    { handle: expect.stringMatching(`^${handle}-[0-9a-f]+$`) },
  ])
})
