import { createRoute, z } from '@hono/zod-openapi'
import { createRouter } from '../../http/context.ts'

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
