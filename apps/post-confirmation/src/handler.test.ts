import { cloneDatabase } from '@cruddur/db/testing'
import { beforeEach, expect, it } from 'vitest'
import { confirmation, eventOf, signUp } from '../test/events.ts'
import { createHandler } from './handler.ts'
import { createLog } from './log.ts'

const { db, session } = await cloneDatabase()
const lines: string[] = []
const handler = createHandler({ db, log: createLog((line) => lines.push(line)) })
const logged = () => lines.map((line): unknown => JSON.parse(line))

beforeEach(() => {
  lines.length = 0
})

it.each([
  eventOf('PostAuthentication_Authentication', { sub: 'a-sub', email: 'di@example.com' }),
  eventOf('constructor', {}),
])('returns an event of $triggerSource untouched, and says so', async (event) => {
  const copy = structuredClone(event)
  expect(await handler(event)).toBe(event)
  expect(event).toEqual(copy)
  expect(logged()).toMatchObject([
    { level: 'info', event: 'trigger_unknown', triggerSource: event.triggerSource },
  ])
})

it.each([undefined, null, 'text', 7, [], {}, { triggerSource: { a: 1 } }])(
  'returns %j, which is no event at all',
  async (odd) => {
    expect(await handler(odd)).toBe(odd)
    expect(logged()).toMatchObject([{ event: 'trigger_unknown', triggerSource: '' }])
  },
)

it('logs one line with the sub and the outcome, and nothing that is private', async () => {
  const di = confirmation('di', { name: 'Private Name', email: 'private@example.com' })
  await handler(di, { awsRequestId: 'request-1' })
  expect(logged()).toEqual([
    {
      time: expect.any(String),
      level: 'info',
      event: 'trigger_done',
      triggerSource: 'PostConfirmation_ConfirmSignUp',
      sub: di.request.userAttributes.sub,
      requestId: 'request-1',
      outcome: 'created',
      ms: expect.any(Number),
    },
  ])
  expect(lines.join()).not.toMatch(/private/i)
})

it('logs why a handle was refused, and not which', async () => {
  await expect(handler(signUp('secret handle'))).rejects.toThrow()
  expect(logged()).toMatchObject([{ event: 'trigger_refused', reason: 'handle_malformed' }])
  expect(lines.join()).not.toMatch(/secret/)
})

it('tells the person what to do and the log what Postgres refused', async () => {
  await session.query(`alter table users add constraint users_no_ed check (handle <> 'ed')`)
  const ed = confirmation('ed', { name: 'Private Name', email: 'private@example.com' })
  await expect(handler(ed)).rejects.toThrow(
    'Your account is ready, but Cruddur could not set up your profile just now. Please sign in: it will be set up then',
  )
  expect(logged()).toMatchObject([
    {
      level: 'error',
      event: 'trigger_failed',
      sub: ed.request.userAttributes.sub,
      reason: 'PostgresError',
      code: '23514',
      constraint: 'users_no_ed',
    },
  ])
  expect(lines.join()).not.toMatch(/private|insert/i)
})

it('tells the same when the event has no sub', async () => {
  await expect(handler(confirmation('fay', { sub: undefined }))).rejects.toThrow('Please sign in')
  expect(logged()).toMatchObject([
    { event: 'trigger_failed', reason: 'Error: The event has no sub' },
  ])
})
