import { once } from 'node:events'
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { pipeline } from 'node:stream/promises'
import { BodyError, readBody } from '../read-body.ts'
import { CognitoRefusal } from './call-cognito.ts'
import type { Target } from './missing-targets.ts'

interface Options {
  /** Where cognito-local answers; waits for it while it starts. */
  upstream: () => Promise<string>
  /** What is answered here; everything else passes through as it is. */
  targets: ReadonlyMap<string, Target>
}

export function createCognitoProxy({ upstream, targets }: Options): Server {
  return createServer((request, response) => {
    // Whoever left early need not hear of it.
    response.on('error', () => {})
    const name = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? ''
    const target = request.method === 'POST' ? targets.get(name) : undefined
    const answered = target
      ? answer(request, response, target)
      : upstream().then((url) => forward(request, response, url))
    answered.catch((error) => sendError(response, error))
  })
}

async function answer(request: IncomingMessage, response: ServerResponse, target: Target) {
  const body = await readBody(request)
  const isObject = typeof body === 'object' && body !== null
  send(response, 200, await target(isObject ? { ...body } : {}))
}

async function forward(request: IncomingMessage, response: ServerResponse, upstream: string) {
  const { hostname, port } = new URL(upstream)
  const onward = httpRequest({
    hostname,
    port,
    method: request.method,
    path: request.url,
    // A connection each: one that lay idle may be closed under a request. That it is to be kept is
    // said all the same, or Cognito would cut off what it does not read, and its answer with it.
    agent: false,
    headers: { ...request.headers, connection: 'keep-alive' },
  })
  onward.flushHeaders()
  onward.on('error', () => {})
  response.on('close', () => onward.destroy())
  request.pipe(onward)
  const [answered]: IncomingMessage[] = await once(onward, 'response')
  if (!answered) throw new Error('Cognito gave no answer')
  // It may have answered before it had read everything.
  answered.on('end', () => request.unpipe(onward).resume())
  const { connection, ...headers } = answered.headers
  response.writeHead(answered.statusCode ?? 502, headers)
  await pipeline(answered, response)
}

function sendError(response: ServerResponse, error: unknown) {
  if (response.headersSent) {
    response.destroy()
  } else if (error instanceof CognitoRefusal) {
    send(response, 400, { __type: error.name, message: error.message })
  } else if (error instanceof BodyError) {
    send(response, 400, { __type: 'SerializationException', message: error.message })
  } else {
    const message = error instanceof Error ? error.message : String(error)
    send(response, 503, { __type: 'ServiceUnavailableException', message })
  }
}

function send(response: ServerResponse, status: number, body: object) {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'access-control-allow-origin': '*',
  })
  response.end(JSON.stringify(body))
}
