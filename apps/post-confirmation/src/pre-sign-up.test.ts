import { cloneDatabase } from '@cruddur/db/testing'
import { describe, expect, it } from 'vitest'
import { confirmation, eventOf, signUp } from '../test/events.ts'
import { createHandler } from './handler.ts'
import { createLog } from './log.ts'

const { db } = await cloneDatabase()
const handler = createHandler({ db, log: createLog(() => {}) })

await handler(confirmation('di'))

const malformed =
  /^A handle has 1 to 30 characters: letters from a to z, digits, and the signs _ \. -/

describe('a handle that was typed in', () => {
  it('passes when it is free', async () => {
    const ed = signUp('ed')
    const copy = structuredClone(ed)
    expect(await handler(ed)).toBe(ed)
    expect(ed).toEqual(copy)
  })

  it('is refused when it is taken, in whatever case', async () => {
    const taken = signUp('DI', { email: 'other@example.com' })
    await expect(handler(taken)).rejects.toThrow(
      'The handle DI is taken. Please choose another one',
    )
    await expect(handler({ ...taken, triggerSource: 'PreSignUp_AdminCreateUser' })).rejects.toThrow(
      'is taken',
    )
  })

  it.each(['', ' ', 'di nguyen', '@di', 'dí', 'd'.repeat(31), 'di/../ed', "di'; drop table users"])(
    'is refused when it is malformed: "%s"',
    async (handle) => {
      await expect(handler(signUp(handle))).rejects.toThrow(malformed)
    },
  )

  it('passes when its row has the very email', async () => {
    const again = signUp('di', { email: 'Di@Example.com' })
    expect(await handler(again)).toBe(again)
  })
})

it('lets an account without a handle pass', async () => {
  const nameless = signUp(undefined, { email: 'ed@example.com' })
  expect(await handler(nameless)).toBe(nameless)
})

it.each([undefined, 'di', 'di@corp.example.com'])(
  'lets a person pass who comes from a provider that calls them %s',
  async (handle) => {
    const google = eventOf('PreSignUp_ExternalProvider', {
      'cognito:user_status': 'EXTERNAL_PROVIDER',
      email: 'gil@example.com',
      preferred_username: handle,
    })
    expect(await handler(google)).toBe(google)
  },
)
