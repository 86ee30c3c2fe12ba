import { exampleOf, type Schema, type Schemas } from './openapi-example.ts'

interface Content {
  [type: string]: { schema: Schema; example?: unknown }
}

export interface Answer {
  description: string
  headers?: Record<string, { $ref: string }>
  content?: Content
}

/** A parameter that is shared has only its `$ref`. */
interface Parameter {
  $ref?: string
  name?: string
  in?: string
  required?: boolean
  schema?: Schema
}

export interface Operation {
  operationId?: string
  tags?: string[]
  summary?: string
  security?: object[]
  parameters?: Parameter[]
  requestBody?: { content: Content }
  responses: Record<string, Answer>
}

/** A route’s path as a person reads it: `/@{handle}` for `/:handle{@[^/]+}`. */
export const pathOf = (pattern: string) =>
  pattern.replaceAll(
    /:(\w+)(?:\{([^}]+)\})?/g,
    (_, name, form = '') => `${form.startsWith('@') ? '@' : ''}{${name}}`,
  )

const header = (name: string) => ({ [name]: { $ref: `#/components/headers/${name}` } })

/** Adds what a declaration need not repeat: it follows from what is declared. */
export function describeOperation(operation: Operation, schemas: Schemas) {
  const { parameters = [], requestBody, responses } = operation
  const { headers: read = {} } = responses[200] ?? {}
  const isTagged = 'ETag' in read
  const unchanged = { description: 'It is still what the caller has', headers: read }
  const told = { ...header('X-Request-Id'), ...(responses[429] ? limitHeaders : {}) }
  const answers = Object.entries<Answer>({ ...responses, ...(isTagged ? { 304: unchanged } : {}) })
  return {
    ...operation,
    parameters: isTagged
      ? [...parameters, { $ref: '#/components/parameters/If-None-Match' }]
      : parameters,
    ...(requestBody ? { requestBody: withExample(requestBody, schemas) } : {}),
    responses: Object.fromEntries(
      answers.map(([status, { headers, ...answer }]) => [
        status,
        { ...withExample(answer, schemas), headers: { ...headers, ...told } },
      ]),
    ),
    ...(responses[401] ? { security: [{ accessToken: [] }] } : {}),
  }
}

/** Absent where the server does not know who calls. */
export const limitHeaders = { ...header('RateLimit'), ...header('RateLimit-Policy') }

function withExample<T extends { content?: Content }>(message: T, schemas: Schemas): T {
  if (!message.content) return message
  const content = Object.entries(message.content).map(([type, media]) => [
    type,
    { ...media, example: media.example ?? exampleOf(media.schema, schemas) },
  ])
  return { ...message, content: Object.fromEntries(content) }
}
