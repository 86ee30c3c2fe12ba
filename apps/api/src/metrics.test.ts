import { expect, it } from 'vitest'
import { openApi } from '../test/harness.ts'
import { createMetrics } from './metrics.ts'

it('counts what the app answers, by patterns, and nothing that a client wrote', async () => {
  const api = await openApi()
  const di = await api.signUp('di')
  await di.get('/api/users/me')
  await api.get('/api/users/me', { authorization: 'Bearer nonsense' })
  await api.get('/api/activities/@somebody?limit=secret')
  await api.get('/api/secret')
  const written = api.deps.metrics.write()
  const me = 'method="GET",route="/api/users/me"'
  expect(written).toContain(`\ncruddur_requests_total{${me},status="200"} 1\n`)
  expect(written).toContain(`\ncruddur_requests_total{${me},status="401"} 1\n`)
  expect(written).toContain('\ncruddur_tokens_total{verdict="accepted"} 1\n')
  expect(written).toContain('\ncruddur_tokens_total{verdict="token_malformed"} 1\n')
  expect(written).toContain('\ncruddur_request_seconds_count{route="/api/users/me"} 2\n')
  await api.app.request('/api/activities/home', { method: 'FOOBAR' })
  expect(api.deps.metrics.write()).toContain('method="other"')
  expect(api.logged().at(-1)).toMatchObject({ event: 'request', method: 'other', status: 405 })
  expect(api.deps.metrics.write()).not.toMatch(/somebody|secret|FOOBAR/)
})

it('adds up its buckets as Prometheus wants them, and reads gauges when it is asked', () => {
  const metrics = createMetrics()
  for (const ms of [1, 30, 99_000]) {
    metrics.countRequest({ method: 'GET', route: '/', status: 200, ms })
  }
  const lines = metrics
    .write([{ name: 'lag', says: 'Lag', type: 'gauge', read: () => ({ '': 2, 'q="1"': 3 }) }])
    .split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'cruddur_request_seconds_bucket{route="/",le="0.005"} 1',
      'cruddur_request_seconds_bucket{route="/",le="0.05"} 2',
      'cruddur_request_seconds_bucket{route="/",le="5"} 2',
      'cruddur_request_seconds_bucket{route="/",le="+Inf"} 3',
      '# TYPE cruddur_lag gauge',
      'cruddur_lag 2',
      'cruddur_lag{q="1"} 3',
    ]),
  )
  const series = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(' ')[0])
  expect(new Set(series).size).toBe(series.length)
})
