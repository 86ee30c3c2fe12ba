import { expect, it } from 'vitest'
import { describeTarget, readConnectionUrl } from './connection-url.ts'
import { databaseOf, withDatabase } from './databases.ts'

const refusalOf = (read: () => unknown) => {
  try {
    return `read as ${JSON.stringify(read())}`
  } catch (error) {
    return String(error)
  }
}

it.each([
  ['mysql://a:b@c/d', 'does not begin with postgres://'],
  ['postgres://a:b@/d', 'has no host'],
  ['postgres:///d', 'has no host'],
  ['postgres://u:p@:5432/d', 'has no host'],
  ['postgres://host', 'has no database name'],
  ['postgres://host/d', 'has no user'],
  ['postgres://a:b@host1,host2/d', 'no name and no address'],
  ['postgres://a:b@%2Ftmp/d', 'no name and no address'],
  ['postgres://a:b@c/d/', 'a / in the database name'],
  ['postgres://a:b@c:99999/d', 'cannot be read'],
  ['postgres://a:b@c:0/d', 'has the port 0'],
  ['postgres://a:b@c/d\n', 'a line break'],
  ['postgres://a%1b:b@c/d', 'a user with a control character'],
  ['postgres://a:b@db.example.com/d?sslmode=require', 'sslmode=require, which does not verify'],
  ['postgres://a:b@c/d?prepare=no', 'not true or false'],
  ['postgres://a:b@c/d?sslmode=disable&sslmode=verify-full', 'one parameter twice'],
])('refuses %j: it %s', (url, reason) => {
  expect(refusalOf(() => readConnectionUrl(url))).toContain(reason)
})

it.each([
  'postgres://a:sec#ret@c/d',
  'postgres://a:sec%ret@c/d',
  'postgres://a:sec@ret@c/d',
  'postgres://a:b/sec/ret@c/d',
  'postgres://a:b?sec=ret@c/d',
  'postgres://a:b@x?sslmode=sec@ret',
  'postgres://a:b@c/d?secret=ret',
  'postgres://a:b@c/d?sslmode=sec-ret',
  'postgres://a:b@c/d?auth=sec-ret',
  'sec ret',
])('says nothing of what %s holds', (url) => {
  for (const read of [readConnectionUrl, databaseOf, (given: string) => withDatabase(given, 'd')]) {
    const refusal = refusalOf(() => read(url))
    expect(refusal).toMatch(/^ConnectionUrlError: The connection URL /)
    expect(refusal).not.toMatch(/sec|ret/)
    expect(refusal).toMatch(/\. It looks like postgres:\/\/user:password@host:5432\/database$/)
  }
})

it('reads every part, percent-encoding included', () => {
  expect(
    readConnectionUrl('postgres://an%40drew:p%40ss@db.example.com:6543/crud%20dur?prepare=false'),
  ).toEqual({
    host: 'db.example.com',
    port: 6543,
    database: 'crud dur',
    user: 'an@drew',
    password: 'p@ss',
    tls: true,
    prepare: false,
  })
})

it('verifies TLS everywhere but on this machine', () => {
  expect(readConnectionUrl('postgresql://a@localhost/d')).toMatchObject({ tls: false, port: 5432 })
  expect(readConnectionUrl('postgres://a@[::1]/d').tls).toBe(false)
  expect(readConnectionUrl('postgres://a@10.0.0.5/d').tls).toBe(true)
  expect(readConnectionUrl('postgres://a@db/d?sslmode=disable').tls).toBe(false)
})

it('is described without the password', () => {
  const text = describeTarget(readConnectionUrl('postgres://root:hidden@db.example.com/cruddur'))
  expect(text).toBe('cruddur on db.example.com:5432 as root (TLS)')
})
