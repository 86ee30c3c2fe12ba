/** What is counted, and what it means; Prometheus shows the words beside the numbers. */
const counters = {
  requests_total: 'Requests by method, route and status',
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

interface Histogram {
  /** One more than there are bounds: the last for what is slower than all. */
  buckets: number[]
  sum: number
}

const emptyHistogram = (): Histogram => ({
  buckets: Array<number>(boundsSeconds.length + 1).fill(0),
  sum: 0,
})

/** Counts in memory, for whoever comes and reads; it keeps nothing that a client can make grow. */
export function createMetrics(): Metrics {
  const counts = new Map<string, number>()
  const histograms = new Map<string, Histogram>()

  function count(counter: Counter, labels: string, by = 1) {
    const series = `${counter}{${labels}}`
    counts.set(series, (counts.get(series) ?? 0) + by)
  }

  function countRequest({ method, route, status, ms }: Parameters<Metrics['countRequest']>[0]) {
    count('requests_total', `method="${method}",route="${route}",status="${status}"`)
    const histogram = histograms.get(route) ?? emptyHistogram()
    histograms.set(route, histogram)
    const seconds = ms / 1000
    let at = 0
    while (seconds > (boundsSeconds[at] ?? Number.POSITIVE_INFINITY)) at++
    histogram.buckets[at] = (histogram.buckets[at] ?? 0) + 1
    histogram.sum += seconds
  }

  function* lines(gauges: Gauge[]) {
    for (const [name, says] of Object.entries(counters)) {
      yield* heading(name, says, 'counter')
      for (const [series, n] of counts) {
        if (series.startsWith(`${name}{`)) yield `cruddur_${series} ${n}`
      }
    }
    yield* heading('request_seconds', 'How long answers took, by route', 'histogram')
    for (const [route, histogram] of histograms) yield* histogramLines(route, histogram)
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

function* histogramLines(route: string, { buckets, sum }: Histogram) {
  let total = 0
  for (const [at, n] of buckets.entries()) {
    total += n
    const bound = boundsSeconds[at] ?? '+Inf'
    yield `cruddur_request_seconds_bucket{route="${route}",le="${bound}"} ${total}`
  }
  yield `cruddur_request_seconds_sum{route="${route}"} ${sum}`
  yield `cruddur_request_seconds_count{route="${route}"} ${total}`
}
