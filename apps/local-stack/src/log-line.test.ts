import { expect, it } from 'vitest'
import { formatLine } from './log-line.ts'

const format = (line: object | string) =>
  formatLine(typeof line === 'string' ? line : JSON.stringify(line), (style, text) =>
    style === 'red' ? `!${text}` : text,
  )

it.each([
  [{ event: 'listening', level: 'info', port: 4567 }, undefined],
  [
    { event: 'request', level: 'info', method: 'GET', route: '/api/x', status: 200, ms: 1.5 },
    'GET /api/x 200 1.5 ms',
  ],
  [
    { event: 'request', level: 'info', method: 'GET', route: '/api/x', status: 503, ms: 2 },
    '!GET /api/x 503 2 ms',
  ],
  [
    { event: 'unavailable', level: 'error', time: 'now', code: 'ECONNREFUSED' },
    '!unavailable code=ECONNREFUSED',
  ],
  ['    at main (app.ts:1:2)', '    at main (app.ts:1:2)'],
  ['{"broken', '{"broken'],
])('shows %j to a person as %j', (line, shown) => {
  expect(format(line)).toBe(shown)
})
