/** What is counted, and what it means; Prometheus shows the words beside the numbers. */
const counters = {
  rate_limited_total: 'Requests refused with 429, by what',
  tokens_total: 'Access tokens by verdict',
  sweeps_total: 'Sweeps by outcome',
  swept_rows_total: 'Rows that sweeps deleted, by kind',
} as const

type Counter = keyof typeof counters

export interface Gauge {
  name: string
  says: string
  /** A counter only grows. */
  type: 'gauge' | 'counter'
  /** By label, such as `state="idle"`; a plain number under the empty text. */
  read: () => Record<string, number>
}

export interface Metrics {
  /** Adds to a counter under its labels, such as `by="person"`: never of what a client wrote. */
  count(counter: Counter, labels: string, by?: number): void
  countRequest(request: { method: string; route: string; status: number; ms: number }): void
  /** All of it as Prometheus reads it. */
  write(gauges?: Gauge[]): string
}

const boundsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** What is counted of a route. */
interface RouteCounts {
  /** Of each method and status. */
  series: Map<string, number>
  /** One more than there are bounds: the last for what is slower than all. */
  buckets: number[]
  sum: number
}

const emptyCounts = (): RouteCounts => ({
  series: new Map(),
  buckets: Array<number>(boundsSeconds.length + 1).fill(0),
  sum: 0,
})

/** Counts in memory, for whoever comes and reads; it keeps nothing that a client can make grow. */
export function createMetrics(): Metrics {
  const counts = new Map<string, number>()
  const routes = new Map<string, RouteCounts>()

  function count(counter: Counter, labels: string, by = 1) {
    const series = `${counter}{${labels}}`
    counts.set(series, (counts.get(series) ?? 0) + by)
  }

  function begin(route: string) {
    const counted = emptyCounts()
    routes.set(route, counted)
    return counted
  }

  function countRequest({ method, route, status, ms }: Parameters<Metrics['countRequest']>[0]) {
    const counted = routes.get(route) ?? begin(route)
    const { series, buckets } = counted
    const key = `${method} ${status}`
    series.set(key, (series.get(key) ?? 0) + 1)
    const seconds = ms / 1000
    let at = 0
    while (seconds > (boundsSeconds[at] ?? Number.POSITIVE_INFINITY)) at++
    buckets[at] = (buckets[at] ?? 0) + 1
    counted.sum += seconds
  }

  function* lines(gauges: Gauge[]) {
    for (const [name, says] of Object.entries(counters)) {
      yield* heading(name, says, 'counter')
      for (const [series, n] of counts) {
        if (series.startsWith(`${name}{`)) yield `cruddur_${series} ${n}`
      }
    }
    yield* heading('requests_total', 'Requests by method, route and status', 'counter')
    for (const [route, counted] of routes) yield* requestLines(route, counted)
    yield* heading('request_seconds', 'How long answers took, by route', 'histogram')
    for (const [route, counted] of routes) yield* histogramLines(route, counted)
    for (const { name, says, type, read } of gauges) {
      yield* heading(name, says, type)
      for (const [labels, value] of Object.entries(read())) {
        yield `cruddur_${name}${labels ? `{${labels}}` : ''} ${value}`
      }
    }
  }
  const write = (gauges: Gauge[] = []) => `${[...lines(gauges)].join('\n')}\n`
  return { count, countRequest, write }
}

function* heading(name: string, says: string, type: string) {
  yield `# HELP cruddur_${name} ${says}`
  yield `# TYPE cruddur_${name} ${type}`
}

function* requestLines(route: string, { series }: RouteCounts) {
  for (const [key, n] of series) {
    const [method, status] = key.split(' ')
    yield `cruddur_requests_total{method="${method}",route="${route}",status="${status}"} ${n}`
  }
}

function* histogramLines(route: string, { buckets, sum }: RouteCounts) {
  let total = 0
  for (const [at, n] of buckets.entries()) {
    total += n
    const bound = boundsSeconds[at] ?? '+Inf'
    yield `cruddur_request_seconds_bucket{route="${route}",le="${bound}"} ${total}`
  }
  yield `cruddur_request_seconds_sum{route="${route}"} ${sum}`
  yield `cruddur_request_seconds_count{route="${route}"} ${total}`
}
