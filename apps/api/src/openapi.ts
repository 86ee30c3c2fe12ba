import type { OpenAPIHono } from '@hono/zod-openapi'
import { sendTagged } from './http/caching.ts'
import { type ApiEnv, asHandler, type Responder } from './http/context.ts'
import { statusOfCode } from './http/errors.ts'
import { describeOperation, pathOf } from './openapi-operation.ts'

type App = OpenAPIHono<ApiEnv>
type OpenApiDocument = ReturnType<App['getOpenAPI31Document']>

const info = {
  title: 'Cruddur',
  version: '1.0.0',
  license: { name: 'MIT', identifier: 'MIT' },
  description: `A micro-blog whose posts expire.

**Signing in.** \`Authorization: Bearer <access token>\`, of the Cognito user pool;
an id token is refused.

**Success** is 200 with JSON. **Every error** is an array of codes (\`Errors\`), beside an
\`X-Request-Id\` that the log has too. A path that is none answers 404 \`["not_found"]\`;
a wrong method 405 \`["method_not_allowed"]\` and \`Allow\`.

**Lists** are bare arrays, by page: \`Link: <…>; rel="next"\` names the next one while there is
more.

**What is read** carries an \`ETag\`; sent back as \`If-None-Match\`, it saves the body.
HEAD works wherever GET does.

**Limits.** Each person and each address has a share of requests a minute. \`RateLimit\` says what
is left of it and in how many seconds all of it is there again; beyond it the answer is 429
\`["rate_limited"]\`, with \`Retry-After\`.`,
}

const tags = [
  { name: 'Feeds', description: 'Cruds by the page: everybody’s and one person’s' },
  { name: 'Activities', description: 'Cruds and replies: posted, shown, found, told of' },
  { name: 'People', description: 'Profiles' },
  { name: 'Messages', description: 'Between two people' },
  { name: 'Health', description: 'Whether the API runs' },
]

const text = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const },
  example,
})

const components = {
  securitySchemes: {
    accessToken: {
      type: 'http' as const,
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'An access token of the Cognito user pool',
    },
  },
  headers: {
    'X-Request-Id': {
      ...text('Names the request in the log', '1f0c9a52-7c1e-4a9b-9a53-2f6f2f1f7b10'),
      required: true,
    },
    ETag: {
      ...text('Names this very answer, for If-None-Match', '"2jmj7l5rSw0yVb_vlWAYkK_YBwk"'),
      required: true,
    },
    Link: text(
      'The next page, while there is one',
      '</api/activities/home?cursor=MjAyNi0xMS0yMVQ>; rel="next"',
    ),
    RateLimit: text('What is left of the caller’s share', '"person";r=299;t=1'),
    'RateLimit-Policy': text('The caller’s share: requests in seconds', '"person";q=300;w=60'),
    'Retry-After': {
      description: 'In how many seconds to come back',
      schema: { type: 'integer' as const, minimum: 1 },
      example: 1,
      required: true,
    },
  },
  parameters: {
    'If-None-Match': {
      name: 'If-None-Match',
      in: 'header' as const,
      // Without an example, which the page of /docs would send as it is.
      description: 'The ETag of an answer that is at hand',
      schema: { type: 'string' as const },
    },
  },
}

const schemas = {
  ErrorCode: {
    type: 'string' as const,
    description: 'Clients switch on the code; the words are theirs',
    enum: Object.keys(statusOfCode),
  },
  Errors: {
    type: 'array' as const,
    description: 'The body of every error',
    items: { $ref: '#/components/schemas/ErrorCode' },
    minItems: 1,
    example: ['not_found'],
  },
}

/** Describes the app as its own routes declare it, with what they all have in common. */
export function writeDocument(app: App): OpenApiDocument {
  const written = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info,
    servers: [{ url: '/' }],
    tags,
  })
  const all = { ...written.components?.schemas, ...schemas }
  const paths: NonNullable<OpenApiDocument['paths']> = {}
  for (const [pattern, operations] of Object.entries(written.paths ?? {})) {
    const path = pathOf(pattern)
    paths[path] ??= {}
    for (const [method, operation] of Object.entries(operations)) {
      Object.assign(paths[path], { [method]: describeOperation(operation, all) })
    }
  }
  return { ...written, paths, components: { ...components, schemas: all } }
}

/** Serves the document; it is written when it is first asked for. */
export function serveDocument(app: App): void {
  let document: Uint8Array<ArrayBuffer> | undefined
  const send: Responder = (c) => {
    document ??= new TextEncoder().encode(JSON.stringify(writeDocument(app)))
    return sendTagged(c, document, { type: 'application/json', audience: 'public' })
  }
  app.get('/openapi.json', asHandler(send))
}
