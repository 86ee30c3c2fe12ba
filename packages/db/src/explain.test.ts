import { expect, it } from 'vitest'
import { explain } from './explain.ts'

const failure = (code: string, message = 'as the driver says it') =>
  Object.assign(new Error(message), { code })

it.each([
  ['ENOTFOUND', 'The host db.example.com is not known (ENOTFOUND). Correct'],
  ['28P01', 'refuses the password of di (28P01). Correct it in the connection URL.'],
  ['3D000', 'has no database "crud" (3D000). Create it with `pnpm db create staging`'],
  ['42P01', 'says it. If it is one of our tables, run `pnpm db migrate staging` first.'],
  ['EHOSTUNREACH', 'Cannot reach Postgres at db.example.com:5432 (EHOSTUNREACH)'],
  ['CERT_HAS_EXPIRED', 'is out of date (CERT_HAS_EXPIRED). Renew it'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'name the file of its CA in NODE_EXTRA_CA_CERTS'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'name the file of its CA in NODE_EXTRA_CA_CERTS'],
])('%s: what is wrong and what to do', (code, sentence) => {
  expect(explain(failure(code), 'postgres://di:pw@db.example.com/crud', 'staging')).toContain(
    sentence,
  )
})

it('does not ask for another password where a token is refused', () => {
  const said = explain(failure('28P01'), 'postgres://di@db.example.com/crud?auth=iam')
  expect(said).toContain('refuses the IAM token of di (28P01)')
})

it('says no password, and spells out no short one by what it masks', () => {
  const url = (password: string) => `postgres://di:${password}@db.example.com/crud`
  const message = 'No table at postgres://di:hunter22@db.example.com, nor at hunter22'
  expect(explain(failure('XX000', message), url('hunter22'))).not.toContain('hunter')
  expect(explain(failure('XX000', 'a table that is not there'), url('a'))).toContain(
    'a table that is not there',
  )
})
