import { createServer } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import type { Gauge, Metrics } from './metrics.ts'

/** Answers Prometheus on a port of its own, which the public does not reach. */
export function serveMetrics(
  metrics: Metrics,
  { host, port }: NonNullable<Config['metrics']>,
  log: Log,
  gauges: Gauge[],
) {
  const all = [...gauges, ...processGauges()]
  const server = createServer((request, answer) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      answer.writeHead(404).end()
      return
    }
    answer.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' })
    answer.end(metrics.write(all))
  })
  server.on('error', (error) => {
    log.error('metrics_failed', { host, port, code: String(Reflect.get(error, 'code')) })
    process.exit(1)
  })
  server.listen({ host, port }, () => {
    const address = server.address()
    const at = typeof address === 'object' && address ? address.port : port
    log.info('metrics_listening', { host, at })
  })
  // It keeps nothing alive that is to end.
  server.unref()
}

function processGauges(): Gauge[] {
  const lag = monitorEventLoopDelay({ resolution: 10 })
  lag.enable()
  return [
    {
      name: 'event_loop_lag_seconds',
      says: 'How late the event loop was since the last look',
      type: 'gauge',
      read() {
        const seconds = {
          'quantile="0.5"': lag.percentile(50) / 1e9,
          'quantile="0.99"': lag.percentile(99) / 1e9,
          'quantile="1"': lag.max / 1e9,
        }
        lag.reset()
        return seconds
      },
    },
    {
      name: 'resident_memory_bytes',
      says: 'Memory of the process',
      type: 'gauge',
      read: () => ({ '': process.memoryUsage.rss() }),
    },
  ]
}
