import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Driver, residentMbOf } from './processes.ts'
import type { Bound } from './scenarios.ts'
import { median } from './stats.ts'
import type { World } from './world.ts'

const run = promisify(execFile)

export async function measureStart(world: World, connectionUrl: string, rounds: number) {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const api = await world.startApi(connectionUrl)
    times.push(api.readyMs)
    await api.close()
  }
  return { what: 'process start', value: median(times), atMost: 300, unit: 'ms' } satisfies Bound
}

/** The Lambda’s bundle in a fresh process, as its runtime loads it: no API Gateway in front. */
export async function measureLambda(world: World, connectionUrl: string, rounds: number) {
  const probe = join(import.meta.dirname, 'lambda-probe.mjs')
  const measured: { coldMs: number; warmMs: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const { stdout } = await run(
      process.execPath,
      [probe, join(world.folder, 'lambda', 'lambda.mjs')],
      { env: { PATH: process.env.PATH, ...world.envFor(connectionUrl) } },
    )
    measured.push(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
  }
  return [
    { what: 'Lambda, cold', value: median(measured.map(({ coldMs }) => coldMs)), unit: 'ms' },
    { what: 'Lambda, warm', value: median(measured.map(({ warmMs }) => warmMs)), unit: 'ms' },
  ] satisfies Bound[]
}

interface Soak {
  world: World
  connectionUrl: string
  drive: Driver
  requests: string[][]
  connections: number
  seconds: number
}

/** A fresh API’s memory in MB: the most that it was, and how much it grew in the second half. */
export async function measureMemory(soak: Soak): Promise<{ most: number; growth: number }> {
  const { world, connectionUrl, drive, requests, connections, seconds } = soak
  const api = await world.startApi(connectionUrl)
  const sizes: number[] = []
  const watching = setInterval(() => sizes.push(residentMbOf(api.pid)), 250)
  const load = { port: api.port, connections, warmUpSeconds: 0 }
  let firstNumber = 90_000_000
  const sliceSeconds = Math.min(10, seconds / requests.length)
  for (let slice = 0; slice * sliceSeconds < seconds; slice++) {
    const asked = requests[slice % requests.length] ?? []
    const { answered } = await drive({
      ...load,
      seconds: sliceSeconds,
      requests: asked,
      firstNumber,
    })
    firstNumber += answered + load.connections
  }
  clearInterval(watching)
  await api.close()
  const half = Math.floor(sizes.length / 2)
  const growth = Math.max(...sizes.slice(half)) - Math.max(...sizes.slice(0, half))
  return { most: Math.max(...sizes), growth }
}
