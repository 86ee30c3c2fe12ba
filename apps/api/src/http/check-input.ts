import { type RouteConfig, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { ApiError, type ErrorCode, isErrorCode } from './errors.ts'
import { andThen, type MaybePromise } from './maybe-promise.ts'

type Target = 'query' | 'param' | 'json'

/** Checks what a route declares of its input, or throws the codes that a schema’s messages are. */
export function checkInput(request: RouteConfig['request'] = {}) {
  const query = schemaOf(request.query)
  const param = schemaOf(request.params)
  const body = request.body?.content['application/json']
  const json = schemaOf(body && 'schema' in body ? body.schema : undefined)

  return (c: Context): MaybePromise<void> => {
    if (query) accept(c, 'query', query, readQuery(c))
    if (param) accept(c, 'param', param, c.req.param())
    if (json) return andThen(readJson(c), (body) => accept(c, 'json', json, body))
  }
}

function schemaOf(declared: unknown): z.ZodType | undefined {
  if (declared === undefined) return undefined
  if (declared instanceof z.ZodType) return declared
  throw new TypeError('A route declares an input that is no schema of zod')
}

function accept(c: Context, target: Target, schema: z.ZodType, value: unknown) {
  const result = schema.safeParse(value)
  // What zod answers is an object wherever a route declares one.
  if (result.success) return c.req.addValidatedData(target, result.data as object)
  const { issues } = result.error
  // A body that is JSON but no object at all has no field to name.
  const isMalformed = target === 'json' && issues.some(({ path }) => path.length === 0)
  if (isMalformed) throw new ApiError('body_malformed')
  throw new ApiError(...codesOf(issues))
}

function codesOf(issues: z.core.$ZodIssue[]): [ErrorCode, ...ErrorCode[]] {
  const [first, ...others] = new Set(issues.map(({ message }) => readCode(message)))
  if (first === undefined) throw new Error('A schema of zod fails without an issue')
  return [first, ...others]
}

function readCode(message: string): ErrorCode {
  if (isErrorCode(message)) return message
  throw new Error(`A schema says ${message} where a code is wanted`)
}

/** What is said twice is no text. */
function readQuery({ req }: Context): Record<string, string | string[] | undefined> {
  if (!req.url.includes('?')) return {}
  const said = Object.entries(req.queries())
  return Object.fromEntries(said.map(([name, all]) => [name, all.length === 1 ? all[0] : all]))
}

async function readJson({ req }: Context): Promise<unknown> {
  try {
    return await req.json()
  } catch {
    throw new HTTPException(400)
  }
}
