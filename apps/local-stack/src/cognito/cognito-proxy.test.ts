import { EventEmitter } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { closeServer, listen } from '../listen.ts'
import { CognitoRefusal } from './call-cognito.ts'
import { createCognitoProxy } from './cognito-proxy.ts'

/** A proxy in front of this, which answers one call itself. */
async function openProxy(upstream: RequestListener) {
  const server = createServer(upstream)
  const behind = `http://127.0.0.1:${await listen(server, 0)}`
  const targets = new Map([
    ['Echo', async (input: object) => ({ UserSub: JSON.stringify(input) })],
    ['Refuse', async () => Promise.reject(new CognitoRefusal('NotAuthorizedException', 'No'))],
  ])
  const proxy = createCognitoProxy({ upstream: async () => behind, targets })
  const url = `http://127.0.0.1:${await listen(proxy, 0)}`
  onTestFinished(async () => {
    server.closeAllConnections()
    await Promise.all([closeServer(proxy), closeServer(server)])
  })
  const call = (target: string, body: string, more: RequestInit = {}) =>
    fetch(url, { method: 'POST', headers: { 'x-amz-target': `A.${target}` }, body, ...more })
  return { url, server, call }
}

const echo: RequestListener = async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  response.writeHead(418, { 'x-path': request.url, 'x-seen': request.headers['x-amz-target'] })
  response.end(Buffer.concat(chunks))
}

it('passes on what it does not answer itself, unchanged', async () => {
  const { url } = await openProxy(echo)
  const response = await fetch(`${url}/pool/jwks?a=%20b`, {
    method: 'PUT',
    headers: { 'x-amz-target': 'A.SignUp' },
    body: 'any\0thing',
  })
  expect(response.status).toBe(418)
  expect(response.headers.get('x-path')).toBe('/pool/jwks?a=%20b')
  expect(response.headers.get('x-seen')).toBe('A.SignUp')
  expect(await response.text()).toBe('any\0thing')
})

it('streams', async () => {
  const talk = new EventEmitter()
  const { url } = await openProxy((_, response) => {
    response.write('first')
    talk.on('go on', () => response.end('last'))
  })
  const reader = (await fetch(url)).body?.getReader()
  const read = async () => Buffer.from((await reader?.read())?.value ?? '').toString()
  expect(await read()).toBe('first')
  talk.emit('go on')
  expect(await read()).toBe('last')
})

it('answers its own, for any page', async () => {
  const { call } = await openProxy(echo)
  const response = await call('Echo', '{"AccessToken":"a"}')
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(await response.json()).toEqual({ UserSub: '{"AccessToken":"a"}' })
})

it.each([
  ['Refuse', '{}', 'NotAuthorizedException'],
  ['Echo', '{', 'SerializationException'],
  ['Echo', 'x'.repeat(3_000_000), 'SerializationException'],
])('refuses as Cognito does: %s', async (target, body, type) => {
  const { call } = await openProxy(echo)
  const response = await call(target, body)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ __type: type })
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
})

it('passes on an answer that comes before the whole question was read', async () => {
  const { call } = await openProxy((_, response) => {
    response.writeHead(413).end('too much')
  })
  const response = await call('SignUp', 'x'.repeat(20_000_000))
  expect(response.status).toBe(413)
  expect(await response.text()).toBe('too much')
})

it('says that Cognito is not there, and serves again once it is', async () => {
  let broken = true
  const { call } = await openProxy((request, response) => {
    if (broken) request.socket.destroy()
    else echo(request, response)
  })
  const response = await call('SignUp', '{}')
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ __type: 'ServiceUnavailableException' })
  broken = false
  expect((await call('SignUp', '{}')).status).toBe(418)
})

it('outlives those who leave in the middle, and those who speak no HTTP', async () => {
  const { url, call } = await openProxy(async (request, response) => {
    response.write('a')
    if (request.headers['x-amz-target'] !== 'A.Slow') response.end()
  })
  const leave = new AbortController()
  const slow = await call('Slow', '{}', { signal: leave.signal })
  leave.abort()
  await expect(slow.text()).rejects.toThrow()
  const noise = connect(Number(new URL(url).port), '127.0.0.1')
  noise.on('error', () => {}).write('\0\0no HTTP\r\n\r\n')
  const cut = connect(Number(new URL(url).port), '127.0.0.1')
  cut.on('error', () => {})
  cut.write('POST / HTTP/1.1\r\nx-amz-target: A.Echo\r\ncontent-length: 9\r\n\r\n{')
  await delay(50)
  for (const socket of [noise, cut]) socket.destroy()
  await delay(50)
  expect(await (await call('SignUp', '{}')).text()).toBe('a')
})
