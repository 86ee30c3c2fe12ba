import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { cloneDatabase } from '@cruddur/db/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openBuiltApi, type RunningApi } from './run-api.ts'

const { url } = await cloneDatabase()
const { start, signUp } = await openBuiltApi()
const di = await signUp(url, 'di')
let api: RunningApi
const sockets: Socket[] = []

beforeAll(async () => {
  api = await start(url)
  // The first request of a process compiles what it runs.
  await healthMs()
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})
afterAll(() => expect(api.child.exitCode).toBeNull())

/** A client below HTTP: it says what it likes, and hears everything until the end. */
function open() {
  const socket = connect(Number(new URL(api.base).port), '127.0.0.1')
  sockets.push(socket)
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk
  })
  socket.on('error', () => {})
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(heard)))
  return { socket, closed }
}

const authorization = `Authorization: ${di.headers.authorization}`
const post = (...headers: string[]) =>
  ['POST /api/activities HTTP/1.1', 'Host: x', authorization, ...headers, '', ''].join('\r\n')
const json = 'Content-Type: application/json'

/** The first line and the body of an answer. */
function read(heard: string) {
  const [head = '', body = ''] = heard.split('\r\n\r\n')
  return { line: head.split('\r\n')[0], body }
}

const quickMs = 50

/** The median of several: a machine does other things meanwhile. */
async function healthMs(): Promise<number> {
  const times: number[] = []
  while (times.length < 11) {
    const start = performance.now()
    expect((await fetch(`${api.base}/api/health-check`)).status).toBe(200)
    times.push(performance.now() - start)
  }
  return times.toSorted((one, other) => one - other)[5] ?? Number.POSITIVE_INFINITY
}

describe('a client that', () => {
  it('says a letter of its headers a second is shown out', { timeout: 60_000 }, async () => {
    const slow = Array.from({ length: 200 }, open)
    const dripping = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('x')
    }, 1_000)
    for (const { socket } of slow)
      socket.write('GET /api/activities/home HTTP/1.1\r\nHost: x\r\nA: ')
    expect(await healthMs()).toBeLessThan(quickMs)
    await Promise.all(slow.map(({ closed }) => closed))
    clearInterval(dripping)
  })

  it('says a letter of its body a second is shown out', { timeout: 60_000 }, async () => {
    const { socket, closed } = open()
    const dripping = setInterval(() => socket.writable && socket.write(' '), 1_000)
    socket.write(post(json, 'Content-Length: 60000'))
    await closed
    clearInterval(dripping)
  })

  it('asks and never reads the answers is shown out', { timeout: 60_000 }, async () => {
    const deaf = Array.from({ length: 10 }, open)
    for (const { socket } of deaf) {
      socket.pause()
      // More than the kernels at both ends hold.
      socket.write('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(200))
    }
    await new Promise((resolve) => setTimeout(resolve, 35_000))
    for (const { socket } of deaf) socket.resume()
    for (const { closed } of deaf) {
      expect((await closed).split('HTTP/1.1 200').length - 1).toBeLessThan(200)
    }
    expect(await healthMs()).toBeLessThan(quickMs)
  })

  it('sends 10 MB is told so before all of it is there', async () => {
    const { socket, closed } = open()
    socket.write(post(json, 'Content-Length: 10485760', 'Connection: close'))
    socket.write('"'.padEnd(100_000, 'x'))
    expect(read(await closed)).toMatchObject({ line: expect.stringContaining('413') })
  })

  it('sends 10 MB in chunks is told so', async () => {
    const { socket, closed } = open()
    socket.write(post(json, 'Transfer-Encoding: chunked', 'Connection: close'))
    // The rest would come if nobody said stop.
    for (let n = 0; n < 2; n++) socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`)
    expect(read(await closed)).toMatchObject({ line: expect.stringContaining('413') })
  })

  // The first is as deep as 64 KiB can be.
  it.each([
    [32_768, [400, 422]],
    [100_000, [413]],
  ])('sends arrays in arrays, %i deep, is refused', async (depth, statuses) => {
    const deep = '['.repeat(depth) + ']'.repeat(depth)
    const answer = await fetch(`${api.base}/api/activities`, {
      method: 'POST',
      headers: { ...di.headers, 'content-type': 'application/json' },
      body: deep,
    })
    expect(statuses).toContain(answer.status)
    expect(await healthMs()).toBeLessThan(quickMs)
  })

  it('sends a gzip bomb is not unpacked', async () => {
    const answer = await fetch(`${api.base}/api/activities`, {
      method: 'POST',
      headers: { ...di.headers, 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(20_000_000)),
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
  })
})

describe('what is no request', () => {
  const hostile: [what: string, text: string][] = [
    ['a URL of 1 MB', `GET /${'x'.repeat(1_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['headers of 1 MB', `GET / HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(170_000)}\r\n`],
    ['a line break in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\rSet-Cookie: c\r\n\r\n'],
    ['two lengths', `${post(json, 'Content-Length: 2', 'Content-Length: 3')}{}`],
    ['a length and chunks', `${post(json, 'Content-Length: 2', 'Transfer-Encoding: chunked')}{}`],
    ['no method', '/ HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ]
  it.each(hostile)('%s is refused, as an array of a code', async (_, text) => {
    const { socket, closed } = open()
    socket.write(text)
    const { line, body } = read(await closed)
    expect(line).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(JSON.parse(body)).toEqual([expect.stringMatching(/^[a-z_]+$/)])
    expect(await healthMs()).toBeLessThan(quickMs)
  })

  it.each([
    '/api/../../etc/passwd',
    '/api/%2e%2e/%2e%2e/etc/passwd',
    '//api/activities/home',
    '/api/activities/@..%2f..%2fme',
    '/api/activities/home%00',
    '/docs/../../package.json',
    '/docs/%2e%2e%2fpackage.json',
    '/api\\activities\\home',
  ])('%s leads nowhere', async (path) => {
    const { socket, closed } = open()
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    const { line, body } = read(await closed)
    expect(line).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(body).not.toContain('root:')
  })
})
