import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { drive } from './load.ts'

const seen: string[] = []
const body = 'x'.repeat(200_000)
const server = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  seen.push(text)
  if (request.url === '/known') response.writeHead(304).end()
  else if (request.url === '/refused') response.writeHead(429, { 'content-length': 2 }).end('no')
  else response.writeHead(200, { 'content-length': body.length }).end(body)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
afterAll(() => server.close())

const asked = (path: string, text = '') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${text.length}\r\n\r\n${text}`
const load = {
  port: (server.address() as AddressInfo).port,
  connections: 4,
  seconds: 0.4,
  warmUpSeconds: 0.1,
  firstNumber: 7,
}

describe('a load', () => {
  it('asks for everything in turn, reads whole answers and tells refusals from them', async () => {
    const requests = [asked('/long'), asked('/known'), asked('/refused')]
    const { answered, failed, perSecond, p50Ms } = await drive({ ...load, requests })
    expect(failed).toBeGreaterThan(0)
    expect(Math.abs(answered - 3 * failed)).toBeLessThanOrEqual(load.connections + 2)
    expect(perSecond * load.seconds).toBeLessThanOrEqual(answered - failed)
    expect(p50Ms).toBeGreaterThan(0)
  })

  it('gives each request a number of its own', async () => {
    seen.length = 0
    await drive({ ...load, requests: [asked('/known', '{number}')] })
    // The load before may have left a request on its way, without a number.
    const numbers = seen.filter((text) => text !== '')
    expect(numbers).toContain('00000007')
    expect(new Set(numbers).size).toBe(numbers.length)
  })

  it('sends no more than it is told to', async () => {
    const { answered } = await drive({ ...load, requests: [asked('/known')], rate: 20 })
    expect(answered).toBeGreaterThan(0)
    expect(answered).toBeLessThanOrEqual(0.5 * 20 + 1)
  })
})
