import type { Driver } from './processes.ts'
import { readQuestions } from './questions.ts'
import { measureRounds, type Pace, type Run } from './rounds.ts'
import type { Bound } from './scenarios.ts'
import type { World } from './world.ts'

export interface ScalePoint {
  name: string
  size: number
  p50Ms: number
  p99Ms: number
}

const reads = {
  home: 'uncached',
  'page 500': 'deep',
  profile: 'profile',
  'crud page': 'thread',
  search: 'search',
} as const
const bounded = ['home', 'page 500', 'profile']

/** Every read by one client on databases of these sizes, in turn. */
export async function measureScale(world: World, drive: Driver, pace: Pace, sizes: number[]) {
  const opened: { close: () => Promise<void> }[] = []
  const runs: (Run & { size: number })[] = []
  for (const size of sizes) {
    const url = await world.openDatabase(size)
    const { requests } = await readQuestions(url, size, world.people)
    const server = await world.startApi(url)
    opened.push(server)
    for (const [name, kind] of Object.entries(reads)) {
      const run = { scenario: name, by: 'api', server, requests: requests[kind], connections: 1 }
      runs.push({ ...run, size })
    }
  }
  const figures = await measureRounds(drive, pace, runs)
  await Promise.all(opened.map(({ close }) => close()))
  return figures.map(({ scenario: name, p50Ms, p99Ms }, n): ScalePoint => {
    return { name, size: runs[n]?.size ?? 0, p50Ms, p99Ms }
  })
}

/** How much slower a read is on the largest database than on the smallest. */
export function growthOf(points: ScalePoint[]): Bound[] {
  return Object.keys(reads).flatMap((name) => {
    const own = points.filter((point) => point.name === name).sort((a, b) => a.size - b.size)
    const [smallest, largest] = [own[0], own.at(-1)]
    if (!smallest || !largest || smallest === largest) return []
    const what = `${name} at ${largest.size} cruds, against ${smallest.size}`
    const value = largest.p50Ms / smallest.p50Ms
    return [{ what, value, unit: '×', ...(bounded.includes(name) ? { atMost: 1.3 } : {}) }]
  })
}
