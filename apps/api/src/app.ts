import { Hono, type NotFoundHandler } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { activityRoutes } from './features/activities/routes.ts'
import { feedRoutes } from './features/feeds/routes.ts'
import { healthRoutes, serveProbes } from './features/health/routes.ts'
import { messageRoutes } from './features/messages/routes.ts'
import { notificationRoutes } from './features/notifications/routes.ts'
import { profileEditRoutes } from './features/people/edit-routes.ts'
import { peopleRoutes } from './features/people/routes.ts'
import { searchRoutes } from './features/search/routes.ts'
import { type AnsweringOptions, createAnswering } from './http/answering.ts'
import { type ApiEnv, createRouter } from './http/context.ts'
import { StaticFirstRouter } from './http/static-first-router.ts'
import { serveDocument } from './openapi.ts'

type Router = ReturnType<typeof createRouter>

/** 405 where there is a route by another method. */
function notFound(app: Router): NotFoundHandler<ApiEnv> {
  const refuseMethod = methodNotAllowed<ApiEnv>({
    app,
    onMethodNotAllowed: (c, methods) =>
      c.json(['method_not_allowed'], 405, { Allow: methods.join(', ') }),
  })
  return async (c) => {
    c.res = c.json(['not_found'], 404)
    await refuseMethod(c, async () => {})
    return c.res
  }
}

/**
 * Serves every route as one handler: Hono calls a single one by itself, and goes through a chain of
 * promises where there are more.
 */
function serveRoutes(app: Router, answering: ReturnType<typeof createAnswering>) {
  const served = new Hono<ApiEnv>({ router: new StaticFirstRouter() })
  for (const { method, path, handler } of app.routes) {
    served.on(
      method,
      path,
      answering((c) => handler(c, async () => {})),
    )
  }
  served.notFound(answering(notFound(app)))
  return served.fetch
}

export type AppType = ReturnType<typeof createApp>

export function createApp(options: AnsweringOptions) {
  const app = createRouter()
  const answering = createAnswering(options)
  serveDocument(app)
  serveProbes(app)
  let fetch: typeof app.fetch | undefined
  // At the first request, for an entry may add routes of its own.
  app.fetch = (...asked) => {
    fetch ??= serveRoutes(app, answering)
    return fetch(...asked)
  }
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
