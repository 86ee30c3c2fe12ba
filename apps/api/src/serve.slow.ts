import { once } from 'node:events'
import { connect } from 'node:net'
import { cloneDatabase } from '@cruddur/db/testing'
import { expect, it } from 'vitest'
import { startApi } from '../test/start-api.ts'

const { url } = await cloneDatabase()

it('exits with 0 in ten seconds although a request never ends', async () => {
  const api = await startApi({ CONNECTION_URL: url })
  const socket = connect(Number(api.port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write('POST /api/activities HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n')
  socket.write('Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n')
  await once(socket, 'data')
  const start = performance.now()
  api.child.kill('SIGTERM')
  expect(await api.exited).toBe(0)
  const seconds = (performance.now() - start) / 1000
  expect(seconds).toBeGreaterThan(8)
  expect(seconds).toBeLessThan(15)
  expect(api.output()).not.toContain('"level":"error"')
})
