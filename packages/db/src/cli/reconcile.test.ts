import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { cloneDatabase } from '../testing.ts'
import { findPool } from './pool-users.ts'
import { runDb } from './run-db.testing.ts'
import { readTarget } from './targets.ts'

const { url, session } = await cloneDatabase()

interface Account {
  sub: string
  handle?: string
  email?: string
  status?: string
  verified?: boolean
}

/** ListUsers on this machine, as the real SDK calls it: pages of at most 60, and a first try that fails. */
const accounts: Account[] = []
let requests = 0
const pool = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  requests += 1
  response.setHeader('content-type', 'application/x-amz-json-1.1')
  if (requests === 1) {
    response.writeHead(400)
    response.end(JSON.stringify({ __type: 'TooManyRequestsException', message: 'slow down' }))
    return
  }
  const { Limit, PaginationToken = '0' } = JSON.parse(body)
  expect(Limit).toBe(60)
  const first = Number(PaginationToken)
  const page = accounts.slice(first, first + 60)
  const next = first + 60 < accounts.length ? String(first + 60) : undefined
  response.end(
    JSON.stringify({
      Users: page.map(({ sub, handle, email, status = 'CONFIRMED', verified = true }) => ({
        UserStatus: status,
        Attributes: Object.entries({
          email_verified: String(verified),
          sub,
          preferred_username: handle,
          email,
          name: handle,
        }).flatMap(([Name, Value]) => (Value ? [{ Name, Value }] : [])),
      })),
      PaginationToken: next,
    }),
  )
})
await new Promise<void>((resolve) => pool.listen(0, '127.0.0.1', resolve))
afterAll(() => pool.close())

const variables = {
  TEST_CONNECTION_URL: url,
  TEST_AWS_COGNITO_USER_POOL_ID: 'us-east-1_Test1',
  TEST_AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: `http://127.0.0.1:${(pool.address() as AddressInfo).port}`,
}
const countRows = async () => (await session.query('select count(*)::int from users'))[0]?.count

describe('pnpm db reconcile', () => {
  it('reports what differs, mends it with --apply, and has nothing to do the next time', async () => {
    await session.query(`insert into users (handle, display_name, email, cognito_user_id) values
      ('waits', 'Waits', 'waits@example.com', null),
      ('moved', 'Moved', 'old@example.com', 'sub-moved'),
      ('kept', 'Kept', 'kept@example.com', 'sub-kept'),
      ('gone', 'Gone', null, 'sub-gone')`)
    for (let n = 1; n <= 130; n++) accounts.push({ sub: `sub-${n}`, handle: `person${n}` })
    accounts.push(
      { sub: 'sub-waits', handle: 'Waits', email: 'Waits@example.com' },
      { sub: 'sub-moved', handle: 'moved', email: ' new@example.com ' },
      { sub: 'sub-kept', handle: 'kept', email: 'claimed@example.com', verified: false },
      { sub: 'sub-new', handle: 'new', status: 'UNCONFIRMED' },
      { sub: 'sub-odd', handle: 'b\0d\ud800', email: `${'漢'.repeat(2000)}@example.com` },
    )

    accounts.push({ sub: 'sub-left', handle: 'Left', email: 'left@example.com' })
    await session.query("insert into departures (cognito_user_id) values ('sub-left')")

    const plan = await runDb(['reconcile', 'test'], variables)
    expect(plan.output).toMatch(
      /136 accounts read, 131 missing, 1 waiting, 1 changed, 1 left, 1 orphaned/,
    )
    expect(plan.output).toMatch(/Nothing was changed: add --apply to mend 133/)
    expect(plan.output).not.toMatch(/@example\.com/)
    expect(plan.code).toBe(0)
    expect(await countRows()).toBe(4)

    const applied = await runDb(['reconcile', 'test', '--apply'], variables)
    expect(applied.output).toMatch(/133 mended/)
    const rows = await session.query(
      `select handle, email, cognito_user_id from users where lower(handle) in ('waits', 'moved', 'kept', 'gone', 'new', 'person130', 'left') order by 1`,
    )
    expect(rows).toEqual([
      { handle: 'gone', email: null, cognito_user_id: 'sub-gone' },
      { handle: 'kept', email: 'kept@example.com', cognito_user_id: 'sub-kept' },
      { handle: 'moved', email: 'new@example.com', cognito_user_id: 'sub-moved' },
      { handle: 'person130', email: null, cognito_user_id: 'sub-130' },
      { handle: 'waits', email: 'waits@example.com', cognito_user_id: 'sub-waits' },
    ])

    const again = await runDb(['reconcile', 'test', '--apply'], variables)
    expect(again.output).toMatch(/136 accounts read, 1 left, 1 orphaned\.\n0 mended/)
  })

  it('gives a waiting row to nobody who does not prove to be its owner, but by the operator’s word', async () => {
    await session.query(`insert into users (handle, display_name, email) values
      ('kai', 'Kai', 'kai@example.com'), ('noemail', 'No Email', null), ('lea', 'Lea', 'lea@example.com')`)
    accounts.splice(0, accounts.length)
    accounts.push(
      { sub: 'thief-1', handle: 'kai', email: '\u212Aai@example.com' },
      { sub: 'thief-2', handle: 'noemail', email: 'evil@example.com' },
      { sub: 'thief-3', handle: 'lea', email: 'lea@example.com', verified: false },
    )
    const waiting = () =>
      session.query(
        "select handle, cognito_user_id from users where handle in ('kai', 'noemail', 'lea') order by 1",
      )
    const applied = await runDb(['reconcile', 'test', '--apply'], variables)
    expect(applied.output).toMatch(/3 conflict.*\n0 mended\.\n--by-handle gives/)
    expect((await waiting()).map((row) => row.cognito_user_id)).toEqual([null, null, null])

    const forced = await runDb(['reconcile', 'test', '--apply', '--by-handle'], variables)
    expect(forced.output).toMatch(/3 waiting.*\n3 mended/)
    expect((await waiting()).map((row) => row.cognito_user_id)).toEqual([
      'thief-1',
      'thief-3',
      'thief-2',
    ])
  })

  it('is not led to another pool by a variable that a shell holds for the API', () => {
    const { TEST_AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: endpoint, ...without } = variables
    const target = readTarget('test', {
      ...without,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: endpoint,
    })
    expect(findPool(target)).toEqual({
      userPoolId: 'us-east-1_Test1',
      endpoint: 'https://cognito-idp.us-east-1.amazonaws.com',
      isStandIn: false,
    })
  })

  it('refuses a stand-in beside a database that others reach', async () => {
    const { code, output } = await runDb(['reconcile', 'test'], {
      ...variables,
      TEST_CONNECTION_URL: 'postgres://me:hidden@db.example.com/cruddur',
    })
    expect(output).toMatch(/is a stand-in on this machine, and the database is not/)
    expect(output).not.toMatch(/hidden/)
    expect(code).toBe(1)
  })

  it('says what to do without a pool, with a wrong one, and when Cognito does not answer', async () => {
    const { TEST_AWS_COGNITO_USER_POOL_ID: _, ...without } = variables
    expect(await runDb(['reconcile', 'test'], without)).toMatchObject({
      code: 1,
      output: expect.stringMatching(
        /no user pool: write AWS_COGNITO_USER_POOL_ID into \.env\.test/,
      ),
    })
    const wrong = { ...variables, TEST_AWS_COGNITO_USER_POOL_ID: 'nonsense' }
    expect((await runDb(['reconcile', 'test'], wrong)).output).toMatch(/"nonsense" is no user pool/)
    const silent = {
      ...variables,
      TEST_AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: 'http://127.0.0.1:1',
    }
    expect(await runDb(['reconcile', 'test'], silent)).toMatchObject({
      code: 1,
      output: expect.stringMatching(/did not list the pool’s users .*run this again/),
    })
  })
})
