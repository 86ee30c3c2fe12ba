import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestPool } from '@cruddur/auth/testing'
import { cloneDatabase } from '@cruddur/db/testing'
import { afterAll, expect, it } from 'vitest'
import { createApp } from './app.ts'
import { openDeps } from './deps.ts'

const pool = await createTestPool()
let questions = 0
/** Cognito: its keys, and a person who may not sign in any more. */
const cognito = createServer((request, response) => {
  if (request.method === 'GET') return response.end(JSON.stringify(pool.jwks))
  questions += 1
  response.writeHead(400).end('{"__type":"NotAuthorizedException"}')
})
await new Promise<void>((resolve) => cognito.listen(0, '127.0.0.1', resolve))
afterAll(() => cognito.close())

it('asks Cognito once for fifty first requests with a token that it refuses', async () => {
  const { url } = await cloneDatabase()
  const endpoint = `http://127.0.0.1:${(cognito.address() as AddressInfo).port}`
  const { userPoolId, clientId } = pool
  const { deps, close } = openDeps(
    {
      host: undefined,
      port: 0,
      connectionUrl: url,
      origins: [],
      cognito: { userPoolId, clientId, endpoint, jwksUrl: `${endpoint}/jwks.json` },
    },
    { info() {}, error() {} },
  )
  const app = createApp({ origins: [], depsFor: () => deps })
  const headers = { authorization: `Bearer ${await pool.sign()}` }
  const responses = await Promise.all(
    Array.from({ length: 50 }, () => app.request('/api/users/me', { headers })),
  )
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([401]))
  expect(questions).toBe(1)
  await close()
})
