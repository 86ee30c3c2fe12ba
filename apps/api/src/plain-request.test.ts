import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { isPlain } from './plain-request.ts'

const judge = (method: string, url: string, headers: Record<string, string> = {}) =>
  // As much of a message as is looked at.
  isPlain({ method, url, headers: { host: 'localhost:4567', ...headers } } as IncomingMessage)

it.each([
  ['GET', '/api/activities/home'],
  ['GET', '/api/activities/home?limit=2&cursor=MjAyNi0xMS0y'],
  ['GET', '/api/activities/@a.b-c_d/status/0a4c8a1e-11d7-4d60-8a51-1c35b8f1e003'],
  ['GET', '//api/activities/home'],
  ['GET', '/', { host: '127.0.0.1' }],
  ['POST', '/api/activities', { 'content-length': '1' }],
  ['POST', '/api/activities', { 'content-length': '9999' }],
])('%s %s is plain', (method, url, headers?: Record<string, string>) => {
  expect(judge(method, url, headers)).toBe(true)
})

it.each([
  ['HEAD', '/api/activities/home'],
  ['PUT', '/api/profile/update', { 'content-length': '2' }],
  ['DELETE', '/api/users/me'],
  ['OPTIONS', '*'],
  ['GET', 'http://localhost/api/activities/home'],
  ['GET', '/api/../secret'],
  ['GET', '/api/./activities'],
  ['GET', '/api/%2e%2e/secret'],
  ['GET', '/api/activities/search?term=a%20b'],
  ['GET', '/a\\b'],
  ['GET', '/a#b'],
  ['GET', '/é'],
  ['GET', ''],
  ['GET', '/', { host: 'LOCALHOST' }],
  ['GET', '/', { host: '[::1]:4567' }],
  ['GET', '/', { host: 'localhost:80' }],
  ['GET', '/', { host: 'localhost:99999' }],
  ['GET', '/', { host: 'a b' }],
  ['GET', '/', { host: '' }],
  ['POST', '/api/activities'],
  ['POST', '/api/activities', { 'content-length': '0' }],
  ['POST', '/api/activities', { 'content-length': '10000' }],
  ['POST', '/api/activities', { 'content-length': '5', 'transfer-encoding': 'chunked' }],
])('%s %s is not', (method, url, headers?: Record<string, string>) => {
  expect(judge(method, url, headers)).toBe(false)
})
