import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

export const sha256Of = (zip: Buffer) => createHash('sha256').update(zip).digest('base64')

interface Invocation {
  functionName: string
  payload: unknown
}

/** Lambda at the wire: functions with code, which takes a moment to be put in place. */
export async function openLambdaService(functions: Record<string, Buffer>) {
  const calls: string[] = []
  const invocations: Invocation[] = []
  /** What a function with this code answers to a payload; `{ error }` is one that failed. */
  const answers: { of: (code: Buffer, payload: unknown) => unknown } = {
    of: (_, payload) => payload,
  }
  /** Answered before a function is called, one a call. */
  const refusals: string[] = []
  let looksUntilReady = 0
  let held: Buffer | undefined
  let isLost = false

  const configurationOf = (name: string) => {
    const isReady = looksUntilReady <= 0 && !(held && functions[name]?.equals(held))
    looksUntilReady -= 1
    const LastUpdateStatus = isReady ? 'Successful' : 'InProgress'
    const CodeSha256 = sha256Of(functions[name] ?? Buffer.of())
    return { FunctionName: name, CodeSha256, State: 'Active', LastUpdateStatus }
  }

  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    const [, name = '', action = ''] =
      /^\/2015-03-31\/functions\/([^/]+)\/?(\w*)/.exec(request.url ?? '') ?? []
    if (request.url?.startsWith('/code/')) {
      return response
        .writeHead(isLost ? 403 : 200)
        .end(functions[request.url.replace('/code/', '')])
    }
    calls.push(`${request.method} ${action}`)
    if (action === 'invocations') {
      const refusal = refusals.shift()
      if (refusal) return response.writeHead(502, { 'x-amzn-errortype': refusal }).end('{}')
      const payload: unknown = body.length > 0 ? JSON.parse(body.toString()) : undefined
      invocations.push({ functionName: name, payload })
      const answer = answers.of(functions[name] ?? Buffer.of(), payload)
      const isError = typeof answer === 'object' && answer !== null && 'errorMessage' in answer
      if (isError) response.setHeader('X-Amz-Function-Error', 'Unhandled')
      return response.end(JSON.stringify(answer))
    }
    if (request.method === 'PUT') {
      functions[name] = Buffer.from(JSON.parse(body.toString()).ZipFile, 'base64')
      looksUntilReady = 2
    }
    const Configuration = configurationOf(name)
    const Code = { Location: `http://${request.headers.host}/code/${name}` }
    const isWhole = request.method === 'GET' && action === ''
    response.end(JSON.stringify(isWhole ? { Configuration, Code } : Configuration))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    functions,
    calls,
    invocations,
    answers,
    refusals,
    /** This code is never in place. */
    hold(code: Buffer) {
      held = code
    },
    /** The code can be downloaded no more. */
    loseCode() {
      isLost = true
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
