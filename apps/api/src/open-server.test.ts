import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, it } from 'vitest'
import { secureHeaders } from './http/secure-headers.ts'
import { createLog } from './log.ts'
import { openServer } from './open-server.ts'

const lines: string[] = []
const log = createLog((line) => lines.push(line))

/** Answers `/slow` when it is told to. */
let finish: ((response: Response) => void) | undefined
const fetch = (request: Request) =>
  new URL(request.url).pathname === '/slow'
    ? new Promise<Response>((resolve) => {
        finish = resolve
      })
    : Response.json(['here'])

async function open() {
  const { server, endIdle } = openServer({ fetch, answer: fetch }, log)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const dial = async (words = '') => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(words)
    return socket
  }
  return { server, endIdle, dial }
}

describe('what no route can be asked', async () => {
  const { dial } = await open()
  const end = 'Host: api\r\nConnection: close\r\n\r\n'
  const post = `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n`

  it.each([
    ['a bad Host', `GET / HTTP/1.1\r\nConnection: close\r\nHost: a b\r\n\r\n`, 400],
    ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['no HTTP', 'nonsense\r\n\r\n', 400],
    ['an unknown method', `BREW / HTTP/1.1\r\n${end}`, 400],
    ['a target that is no path', `OPTIONS * HTTP/1.1\r\n${end}`, 400],
    ['a target that is not ASCII', `GET /é HTTP/1.1\r\n${end}`, 400],
    ['two lengths', `${post}Content-Length: 5\r\n${end}`, 400],
    ['a head too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${end}`, 431],
    ['a tunnel', `CONNECT example.com:443 HTTP/1.1\r\n${end}`, 405],
  ])('%s is refused with codes, for any page to read', async (_, words, status) => {
    const codes = { 400: 'body_malformed', 405: 'method_not_allowed', 431: 'body_too_large' }
    const [head = '', body] = (await text(await dial(words))).split('\r\n\r\n')
    expect(head).toContain(`HTTP/1.1 ${status} `)
    expect(head).toMatch(/content-type: application\/json/i)
    expect(head).toMatch(/access-control-allow-origin: \*/i)
    expect(head).toMatch(/x-request-id: [0-9a-f-]{36}/i)
    for (const each of Object.entries(secureHeaders)) {
      expect(head.toLowerCase()).toContain(each.join(': ').toLowerCase())
    }
    expect(JSON.parse(body ?? '')).toEqual([codes[status as keyof typeof codes]])
  })

  it.each(['Upgrade: websocket\r\n', 'Expect: the-unexpected\r\n'])(
    'a wish that nobody fulfils (%j) is no reason to refuse',
    async (wish) => {
      const answer = await text(await dial(`GET / HTTP/1.1\r\n${wish}${end}`))
      expect(answer).toContain('HTTP/1.1 200 OK')
    },
  )

  it('is logged without what was asked', async () => {
    await text(await dial(`GET /secret HTTP/9.1\r\n${end}`))
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      level: 'info',
      event: 'unreadable',
      reason: 'HPE_INVALID_VERSION',
    })
    expect(lines.join()).not.toContain('secret')
  })

  it('is a failure below the app as well', async () => {
    const fail = () => Promise.reject(new Error('a secret'))
    const failing = openServer({ fetch: fail, answer: fail }, log)
    await once(failing.server.listen(0, '127.0.0.1'), 'listening')
    const { port } = failing.server.address() as AddressInfo
    const response = await globalThis.fetch(`http://127.0.0.1:${port}/`)
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual(['generic_500'])
    failing.server.closeAllConnections()
    failing.server.close()
  })
})

it('gives a client so long for its headers, its request, and to take the answer', async () => {
  const { server } = await open()
  expect(server).toMatchObject({ headersTimeout: 8_000, requestTimeout: 15_000, timeout: 15_000 })
})

it('ends each connection as soon as nothing is being answered on it', async () => {
  const { server, endIdle, dial } = await open()
  const [silent, half, kept, busy] = await Promise.all([
    dial(),
    dial('GET / HTTP/1.1\r\nHost:'),
    dial('GET / HTTP/1.1\r\nHost: api\r\n\r\n'),
    dial('GET /slow HTTP/1.1\r\nHost: api\r\n\r\n'),
  ])
  await once(kept, 'data')
  await expect.poll(() => finish).toBeDefined()
  const closed = once(server.close(), 'close')
  endIdle()
  expect(await text(silent)).toBe('')
  expect(await text(half)).toBe('')
  expect(await text(kept)).toBe('')
  expect(busy.readyState).toBe('open')
  finish?.(Response.json(['at last']))
  expect(await text(busy)).toContain('["at last"]')
  await closed
})
