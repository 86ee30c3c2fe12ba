import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { fetchJson, MAX_BODY_BYTES } from './fetch-json.ts'

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address?.port}/jwks.json`
}

const fetchFrom = async (listener: RequestListener, timeoutMs = 3000) =>
  fetchJson(await serve(listener), fetch, timeoutMs)

afterEach(() => {
  vi.useRealTimers()
})

describe('fetchJson', () => {
  it('reads JSON, whatever content type it claims', async () => {
    const read = fetchFrom((_request, response) => response.end('{"keys":["é"]}'))
    await expect(read).resolves.toEqual({ keys: ['é'] })
  })

  it('refuses what is not JSON, empty or not UTF-8', async () => {
    const bodies = ['<html>', '', Buffer.from([0x22, 0xff, 0x22])]
    for (const body of bodies) {
      await expect(fetchFrom((_request, response) => response.end(body))).rejects.toThrow()
    }
  })

  it.each([204, 301, 302, 307, 400, 404, 500, 503])('refuses status %i', async (status) => {
    const read = fetchFrom((_request, response) => {
      response.writeHead(status, { location: '/elsewhere' }).end(status === 204 ? undefined : '{}')
    })
    await expect(read).rejects.toThrow(`answered ${status}`)
  })

  it('does not follow a redirect', async () => {
    const paths: (string | undefined)[] = []
    const read = fetchFrom((request, response) => {
      paths.push(request.url)
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    await expect(read).rejects.toThrow()
    expect(paths).toEqual(['/jwks.json'])
  })

  it('stops reading at the cap', async () => {
    const json = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2))
    const most = fetchFrom((_request, response) => response.end(json(MAX_BODY_BYTES)))
    await expect(most).resolves.toHaveLength(MAX_BODY_BYTES - 2)
    const endless = fetchFrom((_request, response) => {
      const timer = setInterval(() => response.write(' '.repeat(MAX_BODY_BYTES)), 1)
      response.on('close', () => clearInterval(timer))
    })
    await expect(endless).rejects.toThrow('more than 65536 bytes')
  })

  it('gives up on a server that accepts and says nothing', async () => {
    let closed: Promise<unknown> | undefined
    const listener: RequestListener = (request) => {
      closed = once(request.socket, 'close')
    }
    await expect(fetchFrom(listener, 30)).rejects.toThrow('no answer in 30 ms')
    await closed
  })

  it('gives up on a body that never ends', async () => {
    const stalled = fetchFrom((_request, response) => {
      response.write('{"keys":')
    }, 50)
    await expect(stalled).rejects.toThrow('no answer in 50 ms')
  })

  it('gives up on a fetch that does not listen to its signal', async () => {
    vi.useFakeTimers()
    const read = fetchJson('https://example.com', () => new Promise(() => undefined), 3000)
    const outcome = expect(read).rejects.toThrow('no answer in 3000 ms')
    await vi.advanceTimersByTimeAsync(2999)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    await outcome
  })
})
