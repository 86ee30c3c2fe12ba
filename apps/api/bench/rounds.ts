import type { Measured } from './load.ts'
import { cpuSecondsOf, type Driver, type RunningServer, residentMbOf } from './processes.ts'
import { median } from './stats.ts'

export interface Run {
  scenario: string
  by: string
  server: RunningServer
  requests: string[]
  connections?: number
  rate?: number
}

export interface Figure extends Omit<Measured, 'answered'> {
  scenario: string
  by: string
  /** Microseconds of the server’s CPU for one request. */
  cpuUs: number
  residentMb: number
}

export interface Pace {
  rounds: number
  seconds: number
  warmUpSeconds: number
}

let nextNumber = 1

/** Every run once a round, in turn, so that each meets the same machine; answers their medians. */
export async function measureRounds(drive: Driver, pace: Pace, runs: Run[]): Promise<Figure[]> {
  const measured = runs.map((): Figure[] => [])
  for (let round = 0; round < pace.rounds; round++) {
    for (const [n, run] of runs.entries()) measured[n]?.push(await measure(drive, pace, run))
  }
  return measured.map(medianOf)
}

async function measure(drive: Driver, { seconds, warmUpSeconds }: Pace, run: Run): Promise<Figure> {
  const { scenario, by, server, requests, connections = 32, rate } = run
  const before = cpuSecondsOf(server.pid)
  const { answered, ...rest } = await drive({
    port: server.port,
    connections,
    seconds,
    warmUpSeconds,
    requests,
    firstNumber: nextNumber,
    ...(rate === undefined ? {} : { rate }),
  })
  nextNumber += answered + connections
  const cpuUs = ((cpuSecondsOf(server.pid) - before) * 1e6) / answered
  return { scenario, by, ...rest, cpuUs, residentMb: residentMbOf(server.pid) }
}

export function medianOf(figures: Figure[]): Figure {
  const [first] = figures
  if (!first) throw new Error('Nothing was measured')
  const of = (name: 'perSecond' | 'p50Ms' | 'p99Ms' | 'cpuUs' | 'residentMb') =>
    median(figures.map((figure) => figure[name]))
  return {
    ...first,
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuUs: of('cpuUs'),
    residentMb: of('residentMb'),
    failed: figures.reduce((sum, { failed }) => sum + failed, 0),
  }
}
