import type { Context, Next, NotFoundHandler } from 'hono'
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
import { beginAnswer, completeAnswer } from './http/answer.ts'
import { checkBody } from './http/body.ts'
import { dropAfterWrite } from './http/caching.ts'
import { type ApiEnv, createRouter } from './http/context.ts'
import { crossOrigin } from './http/cross-origin.ts'
import { onError } from './http/on-error.ts'
import { type Callers, limitAddress } from './http/rate-limit.ts'
import { logRequest } from './http/request-log.ts'
import { serveDocument } from './openapi.ts'

interface AppOptions extends Callers {
  /** Origins whose pages may call. */
  origins: string[]
  /** Where a request's dependencies come from; each entry decides. */
  depsFor: (c: Context) => Deps
}

const isRead = ({ req: { method } }: Context) => method === 'GET' || method === 'HEAD'

const checkWrite = (c: Context<ApiEnv>, next: Next) =>
  checkBody(c, async () => {
    await next()
    dropAfterWrite(c)
  })

/** 405 where there is a route by another method. */
function notFound(app: ReturnType<typeof createRouter>): NotFoundHandler<ApiEnv> {
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

export type AppType = ReturnType<typeof createApp>

export function createApp({ origins, depsFor, ...callers }: AppOptions) {
  const app = createRouter()
  const preflight = crossOrigin(origins)
  const limited = limitAddress(callers)
  // Not one for each step, for each is promises: what every answer has, and what may refuse one.
  app.use(async (c, next) => {
    const start = performance.now()
    c.set('deps', depsFor(c))
    beginAnswer(c)
    await next()
    logRequest(c, start)
    completeAnswer(c)
  })
  app.use((c, next) => {
    const answered = preflight(c)
    if (answered) return Promise.resolve(answered)
    return limited(c, isRead(c) ? next : () => checkWrite(c, next))
  })
  app.onError(onError)
  app.notFound(notFound(app))
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
