// node lambda-probe.mjs <bundle>: prints how long its first answer takes, and a later one.
import { pathToFileURL } from 'node:url'

const path = '/api/activities/home'
const domainName = 'bench.execute-api.us-east-1.amazonaws.com'
const http = {
  method: 'GET',
  path,
  protocol: 'HTTP/1.1',
  sourceIp: '192.0.2.1',
  userAgent: 'bench',
}
const event = {
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: { host: domainName },
  requestContext: { domainName, http, stage: '$default', requestId: 'bench' },
  isBase64Encoded: false,
}
const context = { callbackWaitsForEmptyEventLoop: false }

const start = performance.now()
const { handler } = await import(pathToFileURL(process.argv[2] ?? '').href)
const { statusCode } = await handler(event, context)
if (statusCode !== 200) throw new Error(`The Lambda answered ${statusCode}`)
const coldMs = performance.now() - start
const times = []
for (let n = 0; n < 200; n++) {
  const begun = performance.now()
  await handler(event, context)
  times.push(performance.now() - begun)
}
console.log(JSON.stringify({ coldMs, warmMs: times.sort((a, b) => a - b)[100] }))
process.exit()
