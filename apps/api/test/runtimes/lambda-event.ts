/** Where an event of the second payload form comes from. */
const domains = {
  'HTTP API': 'abc123.execute-api.us-east-1.amazonaws.com',
  'Function URL': 'abc123.lambda-url.us-east-1.on.aws',
}

export type EventSource = keyof typeof domains

/** What API Gateway or a Function URL hands on of a request. */
export async function toEvent(source: EventSource, request: Request) {
  const { pathname: path, search } = new URL(request.url)
  const { method } = request
  const body = Buffer.from(await request.arrayBuffer())
  const domainName = domains[source]
  const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' }
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: search.slice(1),
    headers: { ...Object.fromEntries(request.headers), host: domainName },
    requestContext: {
      ...(source === 'Function URL' ? { authentication: null } : {}),
      accountId: '123456789012',
      apiId: 'abc123',
      domainName,
      domainPrefix: 'abc123',
      http,
      requestId: 'request-1',
      routeKey: '$default',
      stage: '$default',
      time: '21/Nov/2026:12:00:00 +0000',
      timeEpoch: 0,
    },
    // A Function URL leaves out what there is none of.
    ...(body.length > 0 ? { body: body.toString('base64') } : {}),
    isBase64Encoded: body.length > 0,
  }
}

interface LambdaAnswer {
  statusCode: number
  headers: Record<string, string>
  body: string
  isBase64Encoded: boolean
}

export function toResponse(answer: unknown): Response {
  // The function’s own answer; anything else fails below.
  const { statusCode, headers, body, isBase64Encoded } = answer as LambdaAnswer
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
  return new Response(bytes.length > 0 ? bytes : null, { status: statusCode, headers })
}
