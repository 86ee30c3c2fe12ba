import type { Operation } from '../src/openapi-operation.ts'
import type { Described } from './openapi-answers.ts'

interface Documented {
  method: string
  path: string
  operation: Operation
}

export const operationsOf = ({ paths }: Described) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([verb, operation]) => {
      const method = verb.toUpperCase()
      return { name: `${method} ${path}`, method, path, operation }
    }),
  )

/** The request that an operation’s own examples make. */
export function requestOf({ method, path, operation }: Documented) {
  const query = new URLSearchParams()
  let filled = path
  for (const { name, in: place, required, schema } of operation.parameters ?? []) {
    const example = String(schema?.example)
    if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(example))
    if (place === 'query' && required) query.set(name ?? '', example)
  }
  const body = operation.requestBody?.content['application/json']?.example
  const init = {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }
  return { url: query.size > 0 ? `${filled}?${query}` : filled, init }
}
