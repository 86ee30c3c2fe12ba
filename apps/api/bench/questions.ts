import { openSession } from '@cruddur/db/admin'
import { writeCursor } from '../src/http/cursor.ts'
import {
  crudStatement,
  homeStatement,
  profileStatement,
  replyStatement,
  threadStatement,
} from './statements.ts'
import type { Person } from './world.ts'

const origin = 'http://localhost:3000'

let asked = 0

export type Questions = Awaited<ReturnType<typeof readQuestions>>

/** One whole request as it goes over the wire. */
function ask(path: string, headers: Record<string, string> = {}, body?: object): string {
  const text = body && JSON.stringify(body)
  const all = {
    Host: '127.0.0.1',
    Origin: origin,
    'X-Forwarded-For': `198.51.100.${asked++ % 250}`,
    ...headers,
    ...(text && { 'Content-Type': 'application/json', 'Content-Length': String(text.length) }),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${text ? 'POST' : 'GET'} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text ?? ''}`
}

const home = '/api/activities/home'
/** The first page, by a way that no cache knows. */
const future = { at: '9999-01-01T00:00:00.000Z', uuid: 'ffffffff-ffff-4fff-bfff-ffffffffffff' }

/** What a database of this size is asked, and the statements behind it. */
export async function readQuestions(connectionUrl: string, size: number, people: Person[]) {
  const session = openSession(connectionUrl, 'cruddur-bench', 60_000)
  const cruds = await session.query<{ uuid: string }>(
    `select uuid from activities where reply_to_activity_uuid is null
     order by created_at desc offset 100 limit 500`,
  )
  const thread = cruds[0]?.uuid ?? ''
  await fillThread(session, thread)
  const deep = await findDeep(session, size)
  await session.close()
  const paths = {
    uncached: `${home}?cursor=${writeCursor(future)}`,
    deep: `${home}?cursor=${writeCursor(deep)}`,
    profile: '/api/activities/@person1',
    thread: `/api/activities/${thread}`,
  }
  const statements = {
    [paths.uncached]: await homeStatement(future),
    [paths.deep]: await homeStatement(deep),
    [paths.profile]: await profileStatement('person1'),
    [paths.thread]: await threadStatement(thread),
  }
  const writes = { crud: await crudStatement(), reply: await replyStatement() }
  return { paths, statements, writes, requests: requestsOf(paths, cruds, people) }
}

type Paths = Record<'uncached' | 'deep' | 'profile' | 'thread', string>

function requestsOf(paths: Paths, cruds: { uuid: string }[], people: Person[]) {
  const by = (n: number) => ({ authorization: people[n % people.length]?.authorization ?? '' })
  const crud = (n: number) =>
    ask('/api/activities', by(n), { message: 'Number {number}', ttl: '1-hour' })
  const reply = (n: number, uuid = cruds[n % cruds.length]?.uuid) =>
    ask(`/api/activities/${uuid}/reply`, by(n), { message: 'Number {number}' })
  const times = (make: (n: number) => string, count = 200) =>
    Array.from({ length: count }, (_, n) => make(n))
  const terms = ['ships', 'deploys whistles', 'kalomi', 'person 1']
  const reads = [home, home, home, home, paths.profile, paths.thread, paths.deep]
  const write = (n: number) => (n % 20 === 0 ? crud(n) : reply(n))
  const search = (n: number) =>
    ask(`/api/activities/search?term=${encodeURIComponent(terms[n % terms.length] ?? '')}`)
  return {
    hot: times(() => ask(home)),
    signedIn: times((n) => ask(home, by(n))),
    uncached: times(() => ask(paths.uncached)),
    deep: times(() => ask(paths.deep)),
    profile: times(() => ask(paths.profile)),
    thread: times(() => ask(paths.thread)),
    search: times(search),
    crud: times(crud),
    reply: times((n) => reply(n), 1009),
    hotReply: times((n) => reply(n, cruds[1]?.uuid)),
    mixed: times((n) => (n % 10 ? ask(reads[n % reads.length] ?? home) : write(n)), 1010),
    known: (tag: string) => times(() => ask(paths.uncached, { 'If-None-Match': tag })),
    knownHot: (tag: string) => times(() => ask(home, { 'If-None-Match': tag })),
  }
}

type Session = ReturnType<typeof openSession>

async function fillThread({ query }: Session, uuid: string) {
  await query(
    `insert into activities (user_uuid, message, reply_to_activity_uuid, expires_at, created_at)
     select user_uuid, 'Reply number ' || n, uuid, expires_at, now() - n * interval '1 ms'
     from activities, generate_series(1, 50) as n where uuid = $1`,
    [uuid],
  )
  await query('update activities set replies_count = replies_count + 50 where uuid = $1', [uuid])
}

/** Where page 500 begins, or the middle of a small database. */
async function findDeep({ query }: Session, size: number) {
  const [row] = await query<{ at: string; uuid: string }>(
    `select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, uuid
     from activities where reply_to_activity_uuid is null
     order by created_at desc, uuid desc offset $1 limit 1`,
    [Math.min(500 * 50, Math.floor(size / 2))],
  )
  if (!row) throw new Error('The database is too small: take a --size of 1000 or more')
  return row
}
