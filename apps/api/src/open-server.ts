import { randomUUID } from 'node:crypto'
import { createServer, ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { RequestError } from '@hono/node-server'
import { type ErrorCode, statusOfCode } from './http/errors.ts'
import { secureHeaders } from './http/secure-headers.ts'
import { createListener, type Served } from './listener.ts'
import type { Log } from './log.ts'

// Ten letters a second hold a connection as well as a crowd does: a client has so long to say its
// headers, and its whole request, and to take what it asked for.
const patience = {
  headersTimeout: 8_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
}
// Node gives who takes nothing twice as long.
const idleMs = 15_000

/** A server whose every answer is ours, also to what no route can be asked. */
export function openServer(app: Served, log: Log) {
  const listener = createListener(app, (error) => refuse(error, log))
  // A request without a Host comes to us then, who refuse it as we refuse all.
  const server = createServer({ requireHostHeader: false, ...patience }, listener)
  server.setTimeout(idleMs)
  server.on('checkExpectation', (...asked) => server.emit('request', ...asked))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else end(socket, unreadable(error.code, log), statusOfFault[error.code ?? ''])
  })
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy())
    end(socket, refusal('method_not_allowed', { Allow: 'GET, HEAD, POST, PUT, DELETE, OPTIONS' }))
  })
  return { server, endIdle: trackIdle(server) }
}

/** Of what Node cannot read, where 400 says too little. */
const statusOfFault: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

function refuse(error: unknown, log: Log): Response {
  if (error instanceof RequestError) return unreadable(error.message, log)
  log.error('generic_500', { error: error instanceof Error ? error.name : typeof error })
  return refusal('generic_500')
}

function unreadable(reason: string | undefined, log: Log): Response {
  const response = refusal(reason?.endsWith('OVERFLOW') ? 'body_too_large' : 'body_malformed')
  log.info('unreadable', { requestId: response.headers.get('x-request-id') ?? undefined, reason })
  return response
}

/** Any page may read it, for who asks is not known; it says nothing of anybody. */
function refusal(code: ErrorCode, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify([code]), {
    status: statusOfCode[code],
    headers: {
      ...secureHeaders,
      ...headers,
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'x-request-id',
      'Cache-Control': 'no-store',
      'Content-Type': 'application/json',
      'X-Request-Id': randomUUID(),
    },
  })
}

/** Writes the answer where Node has made none to write it with. */
async function end(socket: Duplex, response: Response, status = response.status) {
  const body = await response.text()
  const headers = [...response.headers, ['content-length', body.length], ['connection', 'close']]
  const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\r\n')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n\r\n${body}`, () =>
    socket.destroy(),
  )
}

/** Ends the connections on which nothing is being answered, and the others as soon as it is. */
function trackIdle(server: ReturnType<typeof createServer>) {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  function endWhenIdle(socket: Socket) {
    const answer = answerOn(socket)
    if (answer) answer.on('close', () => endWhenIdle(socket))
    else socket.destroySoon()
  }
  return function endIdle() {
    for (const socket of sockets) endWhenIdle(socket)
  }
}

/**
 * Where Node itself looks for it when it closes what is idle. To hear of the end of each answer
 * would cost every request a listener, and a connection that lies idle what was last said on it.
 */
function answerOn(socket: Socket): ServerResponse | undefined {
  const answer: unknown = Reflect.get(socket, '_httpMessage')
  return answer instanceof ServerResponse && !answer.writableFinished ? answer : undefined
}
