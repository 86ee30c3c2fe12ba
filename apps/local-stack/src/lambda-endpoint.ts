import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Invocation } from './lambda/function-process.ts'
import { BodyError, readBody } from './read-body.ts'

/** Runs a function on an event. */
export type Invoke = (event: unknown) => Promise<Invocation>

const path = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

/** Lambda's Invoke, for functions by their names. */
export function createLambdaEndpoint(functions: ReadonlyMap<string, Invoke>): Server {
  return createServer((request, response) => {
    answer(request, response, functions).catch((error) => {
      if (error instanceof BodyError) send(response, 400, typed('InvalidRequestContent', error))
      else send(response, 500, typed('Service', error))
    })
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  functions: ReadonlyMap<string, Invoke>,
) {
  const [, name = ''] = path.exec(request.url ?? '') ?? []
  const invoke = request.method === 'POST' ? functions.get(name) : undefined
  const event = await readBody(request)
  if (!invoke) {
    send(response, 404, typed('ResourceNotFound', new Error(`Function not found: ${name}`)))
    return
  }
  const { payload, failure } = await invoke(event)
  if (failure) response.setHeader('x-amz-function-error', 'Unhandled')
  send(response, 200, payload ?? JSON.stringify(failure ?? null))
}

/** An error of Lambda itself, not of the function. */
const typed = (type: string, error: Error) =>
  JSON.stringify({ Type: `${type}Exception`, Message: error.message })

function send(response: ServerResponse, status: number, json: string) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(json)
}
