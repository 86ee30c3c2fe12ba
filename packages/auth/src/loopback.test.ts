import { expect, it } from 'vitest'
import { isLoopback } from './loopback.ts'

it.each([
  'http://localhost:9229/pool',
  'https://LOCALHOST/',
  'http://127.0.0.1:9229',
  'http://127.8.9.10/',
  'http://0x7f.1/',
  'http://[::1]:9229/',
  'http://localhost.:9229/',
  'http://127.0.0.1./',
  'http://[::ffff:127.0.0.1]:9229/',
  'http://[0:0:0:0:0:ffff:7f00:1]/',
])('%s leads to this machine', (url) => expect(isLoopback(url)).toBe(true))

it.each([
  'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc',
  'http://localhost.example.com/',
  'http://localhost@example.com/',
  'http://127.0.0.1.example.com/',
  'http://0.0.0.0/',
  'http://10.0.0.1/',
  'http://[::2]/',
  'http://[::ffff:10.0.0.1]/',
  'http://[::ffff:7f:1]/',
  'http://localhost../',
  'http://cognito:9229/',
  'localhost:9229',
  '',
])('%s may lead elsewhere', (url) => expect(isLoopback(url)).toBe(false))
