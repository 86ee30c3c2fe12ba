import { getConnInfo } from '@hono/node-server/conninfo'
import { createDocs } from '../docs.ts'
import { serve } from '../serve.ts'
import { startApi } from '../serve-api.ts'
import { serveMetrics } from '../serve-metrics.ts'

startApi(
  process.env,
  (c) => getConnInfo(c).remote.address,
  ({ app, config, log, deps, gauges, close }) => {
    app.route('/', createDocs())
    serve(app, config, log, close)
    if (config.metrics) serveMetrics(deps.metrics, config.metrics, log, gauges)
  },
)
