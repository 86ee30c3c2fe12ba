import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

interface Invocation {
  event: unknown
  answer: (said: { answer?: unknown; error?: unknown }) => void
}

/** Lambda's side of the Runtime API: hands events to a runtime client and takes its answers. */
export async function openRuntimeApi() {
  const waiting: Invocation[] = []
  let idle: ServerResponse | undefined
  let current: Invocation | undefined

  function handOver() {
    if (!idle || waiting.length === 0) return
    current = waiting.shift()
    idle.setHeader('Lambda-Runtime-Aws-Request-Id', crypto.randomUUID())
    idle.setHeader('Lambda-Runtime-Deadline-Ms', String(Date.now() + 5000))
    idle.setHeader('Lambda-Runtime-Invoked-Function-Arn', 'arn:aws:lambda:local:0:function:local')
    idle.setHeader('Content-Type', 'application/json')
    idle.end(JSON.stringify(current?.event))
    idle = undefined
  }

  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.endsWith('/invocation/next')) {
      idle = response
      return handOver()
    }
    const said: unknown = JSON.parse(await text(request))
    response.writeHead(202).end('{}')
    current?.answer(request.url?.endsWith('/error') ? { error: said } : { answer: said })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    /** What Lambda sets for every function. */
    environment: {
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      AWS_LAMBDA_FUNCTION_NAME: 'local',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_LOG_GROUP_NAME: 'local',
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    },
    invoke: (event: unknown) =>
      new Promise<{ answer?: unknown; error?: unknown }>((answer) => {
        waiting.push({ event, answer })
        handOver()
      }),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
