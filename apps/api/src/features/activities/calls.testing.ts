import type { openApi } from '../../../test/harness.ts'

type Api = Awaited<ReturnType<typeof openApi>>
type Person = Awaited<ReturnType<Api['signUp']>>

export interface Activity {
  uuid: string
  handle: string
  message: string
  created_at: string
  expires_at: string
  replies_count: number
  reply_to_activity_uuid: string | null
}

/** How a person posts and deletes with their token; a text that is no JSON is sent as it is. */
export function callsOf({ app }: Api) {
  const send = (method: string, person: Person, path: string, body?: unknown, headers = {}) =>
    app.request(path, {
      method,
      headers: {
        authorization: `Bearer ${person.token}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  const post = (person: Person, path: string, body: unknown, headers = {}) =>
    send('POST', person, path, body, headers)
  const read = async (response: Promise<Response> | Response) =>
    (await (await response).json()) as Activity
  return {
    post,
    read,
    remove: (person: Person, uuid: string) => send('DELETE', person, `/api/activities/${uuid}`),
    crud: (person: Person, message: string, ttl = '1-hour') =>
      read(post(person, '/api/activities', { message, ttl })),
    reply: (person: Person, uuid: string, message: string) =>
      read(post(person, `/api/activities/${uuid}/reply`, { message })),
  }
}
