import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { DatabaseUnavailableError } from '@cruddur/db'
import { openDb } from '@cruddur/db/admin'
import { afterAll, describe, expect, it } from 'vitest'
import { frontend, openApi } from '../test/harness.ts'
import { openServer } from './open-server.ts'

const api = await openApi()
await api.seed()
const di = await api.signUp('di')
const { server } = openServer(api.app, api.deps.log)
await once(server.listen(0, '127.0.0.1'), 'listening')
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
const { port } = server.address() as AddressInfo

/** Says it as it stands, and answers all that is said back. */
async function say(words: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(words)
  return text(socket)
}

// An upper case Host is one that Hono’s adapter reads; of a lower case one the request is plain.
const [plain, odd] = ['localhost', 'LOCALHOST']

function ask(host: string, line: string, headers: string[] = [], body = '') {
  const all = [`Host: ${host}`, 'Connection: close', `Origin: ${frontend}`, ...headers]
  return say(`${line} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n${body}`)
}

/** What differs from one answer to the next is made the same; the rest is in the order of names. */
function alike(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [status, ...headers] = head
    .replace(/(x-request-id|date|ratelimit): .*/gi, '$1: …')
    .split('\r\n')
  const names = headers.map((each) => each.replace(/^[^:]*/, (name) => name.toLowerCase()))
  const same = body.replace(/"(uuid|created_at|expires_at)":"[^"]*"/g, '"$1":"…"')
  return { status, headers: names.sort(), body: same }
}

const bearer = `Authorization: Bearer ${di.token}`
const json = (body: string) => ['Content-Type: application/json', `Content-Length: ${body.length}`]
const crud = (message: string) => JSON.stringify({ message, ttl: '1-hour' })

/** A line of the log but for what is each request’s own. */
const withoutIds = ({ time: _, ms: __, ...line }: Record<string, unknown>) =>
  JSON.parse(JSON.stringify(line).replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'uuid'))

const trace = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
const gone = openDb(() => Promise.reject(new DatabaseUnavailableError('Gone')))
const few = { perAddress: { tokens: 1, windowMs: 3e6 } }

describe('a plain request is answered as any other', () => {
  it.each<[string, number, string, string[]?, string?]>([
    ['GET /api/activities/home', 200, 'anybody'],
    ['GET /api/activities/home', 200, 'a page of elsewhere', ['Origin: http://elsewhere.example']],
    ['GET /api/activities/home', 200, 'a bad token', ['Authorization: Bearer no.such.token']],
    ['GET /api/activities/home', 200, 'whoever names it', ['X-Request-Id: abc-123']],
    ['GET /api/activities/home', 200, 'whoever traces it', [`traceparent: ${trace}`]],
    ['GET /api/activities/home', 200, 'somebody', [bearer]],
    ['GET /api/activities/home', 304, 'who has it', ['If-None-Match: *']],
    ['GET /api/activities/home?limit=0', 422, 'a bad limit'],
    ['GET /api/activities/home?limit=2', 200, 'a short page'],
    ['GET /api/activities/@andrewbrown?limit=3', 200, 'a profile'],
    ['GET /api/activities/@nobody', 404, 'a profile of nobody’s'],
    ['GET /nowhere', 404, 'no route'],
    ['GET /livez', 200, 'what Hono answers by itself'],
    ['GET /api/users/me', 200, 'who is signed in', [bearer]],
    ['GET /api/users/me', 401, 'two tokens', [bearer, bearer]],
    ['GET /api/users/me', 401, 'nobody', ['Authorization: Bearer null']],
    ['GET /api/health-check', 200, 'a GET with a body', ['Content-Length: 2'], 'hi'],
    ['POST /api/activities/home', 405, 'a wrong method', json('{}'), '{}'],
    ['POST /api/activities', 401, 'a post of nobody’s', json('{}'), '{}'],
    ['POST /api/activities', 422, 'an empty post', [bearer, ...json('{}')], '{}'],
    ['POST /api/activities', 400, 'a malformed post', [bearer, ...json('{"')], '{"'],
    ['POST /api/activities', 400, 'what is no UTF-8', [bearer, ...json('"\xff"')], '"\xff"'],
    ['POST /api/activities', 415, 'text', [bearer, 'Content-Length: 2'], 'hi'],
    [
      'POST /api/activities',
      415,
      'two types',
      [bearer, 'Content-Type: text/plain', ...json('{}')],
      '{}',
    ],
    ['POST /api/activities', 200, 'a post', [bearer, ...json(crud('ahoy'))], crud('ahoy')],
    [
      'POST /api/activities',
      200,
      'a post with a key',
      [bearer, 'Idempotency-Key: k', ...json(crud('aye'))],
      crud('aye'),
    ],
  ])('%s is %i for %s', async (line, status, _who, headers, body) => {
    await compare(status, (host) => ask(host, line, headers, body))
  })

  it.each([
    ['429 for too many', 429, () => ({ limits: { ...api.deps.limits, ...few } })],
    ['503 without a database', 503, () => ({ db: gone })],
  ])('home is %s', async (name, status, change) => {
    const before = { ...api.deps }
    Object.assign(api.deps, change())
    const from = [`X-Forwarded-For: ${name}`]
    if (status === 429) await ask(plain, 'GET /api/nowhere', from)
    await compare(status, (host) => ask(host, 'GET /api/activities/home', from))
    Object.assign(api.deps, before)
  })
})

async function compare(status: number, askBy: (host: string) => Promise<string>) {
  const from = api.lines.length
  const [first = '', second = ''] = [await askBy(plain), await askBy(odd)]
  expect(first).toContain(`HTTP/1.1 ${status} `)
  expect(alike(first)).toEqual(alike(second))
  const lines = api.logged().slice(from).map(withoutIds)
  const half = lines.length / 2
  expect(lines[half - 1]).toMatchObject({ event: 'request', status })
  expect(lines.slice(0, half)).toEqual(lines.slice(half))
}

it('takes a body that comes letter by letter', async () => {
  const body = crud('drip')
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const headers = [`Host: ${plain}`, 'Connection: close', bearer, ...json(body)]
  socket.write(`POST /api/activities HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
  for (const letter of body) {
    socket.write(letter)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await text(socket)).toContain('"message":"drip"')
})

it('takes a post that was said whole, though its sender has gone before it is read', async () => {
  const { ensurePerson } = api.deps
  let goOn = () => {}
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const slowly = async (...asked: Parameters<typeof ensurePerson>) => {
    await waiting
    return ensurePerson(...asked)
  }
  api.deps.ensurePerson = Object.assign(slowly, { forget: ensurePerson.forget })
  const before = accepted()
  const body = crud('farewell')
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const headers = [`Host: ${plain}`, bearer, ...json(body)]
  socket.write(`POST /api/activities HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${body}`)
  await expect.poll(accepted).toBe(before + 1)
  socket.destroy()
  await expect.poll(() => openConnections()).toBe(0)
  goOn()
  api.deps.ensurePerson = ensurePerson
  const home = async () => (await api.get('/api/activities/home')).text()
  await expect.poll(home).toContain('farewell')
})

it('shows out who was answered and never says the rest', async () => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const headers = [`Host: ${plain}`, 'Content-Type: application/json', 'Content-Length: 9999']
  socket.write(`POST /api/activities HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n{`)
  const dripping = setInterval(() => socket.write(' '), 50)
  socket.on('error', () => {})
  const answer = text(socket)
  expect(await answer).toContain('HTTP/1.1 401 ')
  clearInterval(dripping)
  expect(await answer).not.toContain('HTTP/1.1 408')
})

const openConnections = () =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))

const accepted = () =>
  Number(/tokens_total{verdict="accepted"} (\d+)/.exec(api.deps.metrics.write())?.[1])

it('does not blame itself for who goes away in the middle of a body', async () => {
  const [from, before] = [api.lines.length, accepted()]
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const headers = [`Host: ${plain}`, bearer, 'Content-Type: application/json', 'Content-Length: 99']
  socket.write(`POST /api/activities HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n{"message":`)
  await expect.poll(accepted).toBe(before + 1)
  socket.destroy()
  const requests = () =>
    api
      .logged()
      .slice(from)
      .filter(({ event }) => event === 'request')
  await expect.poll(requests).toMatchObject([{ level: 'info', status: 400 }])
})
