/** A request, and what every runtime answers to it. */
export interface Call {
  name: string
  path: string
  method?: string
  headers?: Record<string, string>
  body?: string
  /** With the token of a signed-in person. */
  signedIn?: true
  status: number
  /** Of a JSON body: all of a list of codes, a part of anything else. */
  answer?: unknown
  answerHeaders?: Record<string, string>
}

export const frontend = 'http://localhost:3000'
const json = { 'content-type': 'application/json' }
const crud = (message: string) => JSON.stringify({ message, ttl: '1-day' })
const home = '/api/activities/home'
const cruds = '/api/activities'

/** In this order: what is posted is read, and replied to, by what follows. */
export const calls: Call[] = [
  { name: 'an empty feed', path: home, status: 200, answer: [] },
  {
    name: 'a post',
    ...{ path: cruds, method: 'POST', headers: json, body: crud('héllo'), signedIn: true },
    status: 200,
    answer: { message: 'héllo', handle: 'di', likes_count: 0 },
  },
  { name: 'a feed', path: home, status: 200, answer: [{ message: 'héllo', handle: 'di' }] },
  {
    name: 'a reply',
    ...{ path: `${cruds}/{uuid}/reply`, method: 'POST', headers: json, signedIn: true },
    body: JSON.stringify({ message: 'hi' }),
    status: 200,
    answer: { message: 'hi', reply_to_activity_uuid: '{uuid}' },
  },
  {
    name: 'nobody’s post',
    ...{ path: cruds, method: 'POST', headers: json, body: crud('hi') },
    status: 401,
    answer: ['generic_401'],
  },
  { name: 'no route', path: '/api/nothing', status: 404, answer: ['not_found'] },
  {
    name: 'an empty post',
    ...{ path: cruds, method: 'POST', headers: json, body: crud(''), signedIn: true },
    status: 422,
    answer: ['message_blank'],
  },
  {
    name: 'a body of 80 kB',
    ...{ path: cruds, method: 'POST', headers: json, body: crud('a'.repeat(80_000)) },
    signedIn: true,
    status: 413,
    answer: ['body_too_large'],
  },
  {
    name: 'a preflight',
    ...{ path: cruds, method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } },
    status: 204,
    answerHeaders: { 'access-control-allow-origin': frontend },
  },
  { name: 'the feed again', path: home, status: 200, answer: [{ replies_count: 1 }] },
  {
    name: 'an unchanged feed',
    ...{ path: home, headers: { 'if-none-match': '{etag}' } },
    status: 304,
  },
]
