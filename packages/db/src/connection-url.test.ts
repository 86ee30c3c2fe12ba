import { expect, it } from 'vitest'
import { describeTarget, readConnectionUrl } from './connection-url.ts'

it.each([
  ['mysql://a:b@c/d', 'does not begin with postgres://'],
  ['postgres://a:b@/d', 'cannot be read'],
  ['postgres://a:sec#ret@c/d', 'cannot be read'],
  ['postgres:///d', 'has no host'],
  ['postgres://host', 'has no database name'],
  ['postgres://host/d', 'has no user'],
  ['postgres://a:sec%ret@c/d', 'has a password with a stray %'],
  ['postgres://a:b@c:99999/d', 'cannot be read'],
  ['postgres://a:b@db.example.com/d?sslmode=require', 'does not verify the server'],
  ['postgres://a:b@db.example.com/d?sslmod=disable', 'unknown parameter "sslmod"'],
])('refuses %s: it %s', (url, reason) => {
  let message = ''
  try {
    readConnectionUrl(url)
  } catch (error) {
    message = String(error)
  }
  expect(message).toContain(reason)
  expect(message).not.toMatch(/sec.?ret/)
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
