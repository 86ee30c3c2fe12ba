import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { answersHealth } from './answers-health.ts'
import { closeServer, listen } from './listen.ts'

// Browsers and fetch refuse these; whoever asks for one as PORT gets it all the same.
const refusedByFetch = [6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080]

it('asks on every port, and takes nothing but 200', async () => {
  let status = 200
  const server = createServer((_, response) => response.writeHead(status).end('[]'))
  onTestFinished(() => closeServer(server))
  let port = 0
  for (const each of refusedByFetch) port ||= await listen(server, each).catch(() => 0)
  const url = `http://127.0.0.1:${port}`
  expect(await answersHealth(url)).toBe(true)
  status = 503
  expect(await answersHealth(url)).toBe(false)
  await closeServer(server)
  expect(await answersHealth(url)).toBe(false)
})
