import { Signer } from '@aws-sdk/rds-signer'
import { signRdsToken } from '@cruddur/db'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const now = new Date(Date.UTC(2026, 10, 21, 7, 15, 26, 84))

// The SDK asks the clock.
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now }))
afterEach(() => vi.useRealTimers())

it.each([
  ['cruddur_post_confirmation', undefined],
  ['cruddur_post_confirmation', 'IQoJb3JpZ2luX2VjE+/=='],
  ["o'dd+ user@ä*()!~/&=?#%\u{1f642}", undefined],
  ['a', "odd token *!'() + / ="],
])('signs for %s with session token %s as the SDK does', async (user, sessionToken) => {
  const target = { host: 'db.abc123.eu-central-1.rds.amazonaws.com', port: 5432, user }
  const signer = new Signer({
    hostname: target.host,
    port: target.port,
    username: user,
    region: 'eu-central-1',
    credentials: {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      ...(sessionToken ? { sessionToken } : {}),
    },
  })
  const environment = {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    AWS_SESSION_TOKEN: sessionToken,
    AWS_REGION: 'eu-central-1',
  }
  expect(await signRdsToken(target, environment, now)).toBe(await signer.getAuthToken())
})
