// The floor: node:http, the same statement through postgres.js, and the text as it comes.
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import postgres from 'postgres'
import { marks, type Statement } from '../statements.ts'

interface Told {
  connectionUrl: string
  reads: Record<string, Statement>
  crud: Statement
  reply: Statement
  /** Of each token, whose it is: free of charge. */
  subOf: Record<string, string>
}

const told: Told = JSON.parse(readFileSync(0, 'utf8'))
const asText = (value: unknown) => value
const sql = postgres(told.connectionUrl, {
  max: 10,
  fetch_types: false,
  onnotice: () => {},
  // As the statements expect it: JSON is text already.
  types: { json: { to: 114, from: [114, 3802], serialize: asText, parse: asText } },
})

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}

/** The statement, with the request’s own values where the marks are. */
async function fill(request: IncomingMessage, url: string): Promise<Statement> {
  const { message } = JSON.parse(await readBody(request))
  const uuid = url.split('/')[3]
  const statement = uuid ? told.reply : told.crud
  const own = new Map<unknown, unknown>([
    [marks.message, message],
    [marks.sub, told.subOf[request.headers.authorization ?? '']],
    [marks.uuid, uuid],
  ])
  return { ...statement, parameters: statement.parameters.map((each) => own.get(each) ?? each) }
}

const server = createServer(async (request, response) => {
  const url = request.url ?? ''
  const statement = told.reads[url] ?? (await fill(request, url))
  const [row] = await sql.unsafe(statement.text, statement.parameters as never[], { prepare: true })
  const text = statement.sent
    .map((part) => (typeof part === 'string' ? part : row?.[part.column]))
    .join('')
  response.writeHead(row ? 200 : 404, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
