import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { seed } from '@cruddur/db/admin'
import { cloneDatabase } from '@cruddur/db/testing'
import { expect, it } from 'vitest'
import { byHands, openBuiltApi, type RunningApi } from './run-api.ts'

const { url } = await cloneDatabase()
const { start } = await openBuiltApi()
await seed(url)

interface Timed {
  status: number
  ms: number
}

// It would close half of them as they come free, and dialling anew is what it would measure.
const agent = new Agent({ keepAlive: true, maxSockets: 500, maxFreeSockets: 500 })

function get(api: RunningApi, path: string): Promise<Timed> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const asked = request(`${api.base}${path}`, { agent }, (answer) => {
      answer.resume()
      const { statusCode: status = 0, headers } = answer
      const ms = performance.now() - start
      answer.on('end', () => {
        // Who is told to come back does so when they were told to.
        const pauseMs = status === 200 ? 0 : Number(headers['retry-after']) * 1000
        setTimeout(() => resolve({ status, ms }), pauseMs)
      })
    })
    asked.on('error', reject)
    asked.end()
  })
}

async function residentMegabytes({ child }: RunningApi): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

it('500 clients at once are served or told to come back, and cost no memory', async () => {
  const api = await start(url)
  // A page of home would be kept, and serve many.
  const path = (n: number) => `/api/activities/@andrewbrown?limit=${1 + (n % 100)}`
  await byHands(10_000, 500, (n) => get(api, path(n)))
  const before = await residentMegabytes(api)
  const timed = await byHands(10_000, 500, (n) => get(api, path(n)))
  const after = await residentMegabytes(api)
  agent.destroy()
  const accepted = timed.filter(({ status }) => status === 200).map(({ ms }) => ms)
  accepted.sort((a, b) => a - b)
  const p99 = accepted[Math.floor(accepted.length * 0.99)] ?? Number.POSITIVE_INFINITY
  process.stderr.write(
    `${accepted.length} of ${timed.length} accepted, p50 ${accepted[accepted.length >> 1]?.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB after\n`,
  )
  for (const { status } of timed) expect([200, 429, 503]).toContain(status)
  expect(accepted.length).toBeGreaterThan(0)
  expect(p99).toBeLessThan(1_000)
  expect(after).toBeLessThan(before * 1.5)
})
