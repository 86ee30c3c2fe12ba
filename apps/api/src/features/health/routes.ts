import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, createRouter } from '../../http/context.ts'

const health = createRoute({
  method: 'get',
  path: '/api/health-check',
  operationId: 'getHealth',
  tags: ['Health'],
  summary: 'Whether the API runs',
  responses: {
    200: {
      description: 'It does',
      content: {
        'application/json': { schema: z.object({ success: z.literal(true), ver: z.literal(1) }) },
      },
    },
  },
})

export const healthRoutes = createRouter().openapi(health, (c) =>
  c.json({ success: true, ver: 1 } as const, 200),
)

/** For whoever starts, stops and chooses processes: not of the API, and so not in its document. */
export function serveProbes(app: OpenAPIHono<ApiEnv>): void {
  app.get('/livez', (c) => c.json({ status: 'live' }))
  app.get('/readyz', async (c) => {
    const status = await c.get('deps').findReadiness()
    if (status === 'ready') return c.json({ status })
    return c.json({ status }, 503, { 'Retry-After': '1' })
  })
}
