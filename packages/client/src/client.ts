import type { AnswerOf, FieldsOf, IsPaged, Route } from './api.ts'
import { readRefusal } from './cruddur-error.ts'
import { type Operations, operations } from './operations.ts'

type Promised<T> = T | Promise<T>

export interface ClientOptions {
  /** Where the API is, such as `https://api.cruddur.com`. */
  baseUrl: string
  /** Asked before each request for the Cognito access token; nothing means signed out. */
  getToken?: () => Promised<string | null | undefined>
  fetch?: (url: string, init: RequestInit) => Promised<Response>
}

interface CallOptions {
  signal?: AbortSignal | undefined
}

interface WriteOptions extends CallOptions {
  /** Makes a POST safe to repeat for a day: the same answer again. */
  idempotencyKey?: string | undefined
}

type InputTo<R extends Route> = FieldsOf<R> & (R[0] extends '$post' ? WriteOptions : CallOptions)
type Arguments<I> = Partial<I> extends I ? [input?: I] : [input: I]

type Operation<R extends Route> = ((...input: Arguments<InputTo<R>>) => Promise<AnswerOf<R>>) &
  (IsPaged<R> extends true
    ? { pages: (...input: Arguments<InputTo<R>>) => AsyncGenerator<AnswerOf<R>, void> }
    : unknown)

export type Client = { [Name in keyof Operations]: Operation<Operations[Name]> }

type Input = WriteOptions & Record<string, unknown>

/** One method per operation; those that answer a list go through all of it with `pages`. */
export function createClient({
  baseUrl,
  getToken = () => null,
  fetch = (url, init) => globalThis.fetch(url, init),
}: ClientOptions): Client {
  const root = baseUrl.replace(/\/+$/, '')

  async function call(route: Route, input: Input) {
    const { path, init } = describeRequest(route, input)
    const token = await getToken()
    const authorization = token ? { authorization: `Bearer ${token}` } : {}
    const headers = { ...init.headers, ...authorization }
    const response = await fetch(root + path, { ...init, headers })
    if (!response.ok) throw await readRefusal(response)
    return { answer: await response.json(), cursor: cursorOf(response.headers.get('link')) }
  }

  const methods = Object.entries(operations).map(([name, route]) => {
    const once = async (input: Input = {}) => (await call(route, input)).answer
    async function* pages(input: Input = {}) {
      let cursor: string | null = null
      do {
        const page = await call(route, { ...input, ...(cursor === null ? {} : { cursor }) })
        yield page.answer
        cursor = page.cursor
      } while (cursor !== null)
    }
    return [name, Object.assign(once, { pages })] as const
  })
  // Each method is made of the very route that its type is made of.
  return Object.fromEntries(methods) as unknown as Client
}

function describeRequest([method, path]: Route, { signal, idempotencyKey, ...input }: Input) {
  const fields = new Map(Object.entries(input).filter(([, value]) => value !== undefined))
  const filled = path.replace(/:(\w+)/g, (_, name) => {
    const value = String(fields.get(name))
    fields.delete(name)
    return encodeURIComponent(value)
  })
  const hasBody = method === '$post' || method === '$put'
  const query = new URLSearchParams()
  if (!hasBody) for (const [name, value] of fields) query.set(name, String(value))
  const search = query.toString()
  return {
    path: search === '' ? filled : `${filled}?${search}`,
    init: {
      method: method.slice(1).toUpperCase(),
      headers: {
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(hasBody ? { body: JSON.stringify(Object.fromEntries(fields)) } : {}),
      ...(signal ? { signal } : {}),
    },
  }
}

/**
 * Where the next page begins; only that is taken from the link, so that no token goes elsewhere.
 */
function cursorOf(link: string | null): string | null {
  const next = /<([^>]*)>; *rel="next"/.exec(link ?? '')?.[1]
  return next === undefined ? null : new URL(next, 'http://api').searchParams.get('cursor')
}
