import { type ErrorCode, statusOfCode } from '../src/http/errors.ts'
import { writeDocument } from '../src/openapi.ts'
import { type Answer, limitHeaders, pathOf } from '../src/openapi-operation.ts'
import { createAjv, type Described } from './openapi-answers.ts'

type App = Parameters<typeof writeDocument>[0]

interface Asked {
  method: string
  path: string
}

/** Makes `app.request` reject whatever is answered otherwise than the app’s document says. */
export function checkResponses<A extends App>(app: A): A {
  const { request } = app
  let check: ReturnType<typeof createCheck> | undefined
  app.request = async (input, init, ...rest) => {
    const response = await request(input, init, ...rest)
    check ??= createCheck(app)
    const asked = input instanceof Request ? input : new Request(new URL(input, 'http://localhost'))
    const method = (init?.method ?? asked.method).toUpperCase()
    await check({ method, path: app.getPath(asked) }, response)
    return response
  }
  return app
}

function createCheck(app: App) {
  // As it is sent: what is undefined is not there.
  const document = JSON.parse(JSON.stringify(writeDocument(app))) as Described
  const { validatorOf } = createAjv(document)

  function findAnswer({ method, path }: Asked, status: number): Answer | 'unspoken' | undefined {
    const [matched] = app.router.match(method, path)
    const route = matched.map(([[, each]]) => each).find((each) => each.method === method)
    if (!route) return nowhere.get(status)
    if (!route.path.startsWith('/api/')) return 'unspoken'
    return document.paths[pathOf(route.path)]?.[method.toLowerCase()]?.responses[status]
  }

  function* complaints(
    answer: Answer | undefined,
    response: Response,
    body: string | undefined,
  ): Generator<string, void> {
    if (!answer) return yield 'the operation has no such status'
    for (const [name, { required }] of Object.entries(document.components.headers)) {
      const isSaid = name in (answer.headers ?? {})
      const isSent = response.headers.has(name)
      if (isSaid && required && !isSent) yield `${name} is missing`
      if (isSent && !isSaid) yield `there is no ${name}`
    }
    if (body === undefined) return
    const json = answer.content?.['application/json']
    if (!json) return body === '' ? undefined : yield 'there is no body'
    if (response.headers.get('content-type') !== 'application/json') yield 'it is application/json'
    const validate = validatorOf(json.schema)
    if (!validate(parse(body))) yield JSON.stringify(validate.errors, null, 1)
  }

  return async ({ method, path }: Asked, response: Response) => {
    if (method === 'OPTIONS') return
    const read = method === 'HEAD' ? 'GET' : method
    const answer = findAnswer({ method: read, path }, response.status)
    if (answer === 'unspoken') return
    const text = await response.clone().text()
    const [wrong] = complaints(answer, response, method === 'HEAD' ? undefined : text)
    if (wrong === undefined) return
    const answered = `${method} ${path} answered ${response.status} ${text.slice(0, 500)}`
    throw new Error(`${answered}\nThe OpenAPI document has it otherwise: ${wrong}`)
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** What is answered where there is no operation: of the form of every error. */
const nowhere = new Map(
  (
    [
      'not_found',
      'method_not_allowed',
      'body_too_large',
      'content_type_unsupported',
      'rate_limited',
    ] satisfies ErrorCode[]
  ).map((code): [number, Answer] => [
    statusOfCode[code],
    {
      description: 'There is no operation',
      headers: { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' }, ...limitHeaders },
      content: { 'application/json': { schema: { type: 'array', const: [code] } } },
    },
  ]),
)
