import type { Context } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import type { Deps } from './deps.ts'
import { activityRoutes } from './features/activities/routes.ts'
import { feedRoutes } from './features/feeds/routes.ts'
import { healthRoutes, serveProbes } from './features/health/routes.ts'
import { messageRoutes } from './features/messages/routes.ts'
import { notificationRoutes } from './features/notifications/routes.ts'
import { profileEditRoutes } from './features/people/edit-routes.ts'
import { peopleRoutes } from './features/people/routes.ts'
import { searchRoutes } from './features/search/routes.ts'
import { beginAnswer } from './http/answer.ts'
import { checkBody } from './http/body.ts'
import { dropAfterWrite } from './http/caching.ts'
import { type ApiEnv, createRouter } from './http/context.ts'
import { crossOrigin } from './http/cross-origin.ts'
import { onError } from './http/on-error.ts'
import { type Callers, limitAddress } from './http/rate-limit.ts'
import { requestLog } from './http/request-log.ts'
import { serveDocument } from './openapi.ts'

interface AppOptions extends Callers {
  /** Origins whose pages may call. */
  origins: string[]
  /** Where a request's dependencies come from; each entry decides. */
  depsFor: (c: Context) => Deps
}

export type AppType = ReturnType<typeof createApp>

export function createApp({ origins, depsFor, ...callers }: AppOptions) {
  const app = createRouter()
  app.use(beginAnswer)
  app.use(async (c, next) => {
    c.set('deps', depsFor(c))
    await next()
  })
  app.use(requestLog)
  app.use(crossOrigin(origins))
  app.use(limitAddress(callers))
  app.use(
    methodNotAllowed<ApiEnv>({
      app,
      onMethodNotAllowed: (c, methods) =>
        c.json(['method_not_allowed'], 405, { Allow: methods.join(', ') }),
    }),
  )
  app.use(checkBody)
  app.use(dropAfterWrite)
  app.onError(onError)
  app.notFound((c) => c.json(['not_found'], 404))
  serveDocument(app)
  serveProbes(app)
  return app
    .route('/', healthRoutes)
    .route('/', feedRoutes)
    .route('/', peopleRoutes)
    .route('/', profileEditRoutes)
    .route('/', notificationRoutes)
    .route('/', searchRoutes)
    .route('/', activityRoutes)
    .route('/', messageRoutes)
}
