import { cloneDatabase } from '@cruddur/db/testing'
import { expect, it, vi } from 'vitest'

const frontend = 'http://localhost:3000'
const { url } = await cloneDatabase()
for (const [name, value] of Object.entries({
  CONNECTION_URL: url,
  FRONTEND_URL: frontend,
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_AbCdEf123',
  AWS_COGNITO_USER_POOL_CLIENT_ID: 'client',
})) {
  vi.stubEnv(name, value)
}
const { handler } = await import('../src/entry/lambda.ts')
const { handler: sweep } = await import('../src/entry/sweep.ts')

/** What an HTTP API sends, in the second form of its payload. */
function call(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
  const domainName = 'abc123.execute-api.us-east-1.amazonaws.com'
  const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' }
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: domainName, origin: frontend, ...headers },
    requestContext: { domainName, http, stage: '$default', requestId: 'request-1' },
    body: body === undefined ? null : Buffer.from(body).toString('base64'),
    isBase64Encoded: body !== undefined,
  }
  // Only what the adapter reads of an event: the rest of its 30 fields says nothing to us.
  return handler(event as unknown as Parameters<typeof handler>[0])
}

it('answers what API Gateway hands on as it answers on Node', async () => {
  const home = await call('GET', '/api/activities/home')
  expect(home).toMatchObject({ statusCode: 200, body: '[]', isBase64Encoded: false })
  expect(home.headers?.['access-control-allow-origin']).toBe(frontend)
  expect(home.headers?.ratelimit).toBe('"address";r=1199;t=1')
  const json = { 'content-type': 'application/json' }
  const posted = await call('POST', '/api/activities', json, '{"message":"hi","ttl":"1-day"}')
  expect(posted).toMatchObject({ statusCode: 401, body: '["generic_401"]' })
  const asked = { 'access-control-request-method': 'PUT' }
  expect(await call('OPTIONS', '/api/profile/update', asked)).toMatchObject({ statusCode: 204 })
})

it('sweeps when it is told to', async () => {
  expect(await sweep()).toMatchObject({ activities: 0 })
})
