import { type Context, Hono, type MiddlewareHandler, type NotFoundHandler } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import type { Deps } from './deps.ts'
import { activityRoutes } from './features/activities/routes.ts'
import { feedRoutes, homePath, sendNewest } from './features/feeds/routes.ts'
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
import { readViewer } from './http/viewer.ts'
import { serveDocument } from './openapi.ts'

interface AppOptions extends Callers {
  /** Origins whose pages may call. */
  origins: string[]
  /** Where a request's dependencies come from; each entry decides. */
  depsFor: (c: Context) => Deps
}

const isRead = ({ req: { method } }: Context) => method === 'GET' || method === 'HEAD'

type Middleware = MiddlewareHandler<ApiEnv>

const checkWrite: Middleware = (c, next) =>
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

/**
 * What is asked most, home without a query, past the router, the checks of a query and Hono’s chain
 * of middlewares: the same steps, one after the other.
 */
const routeNewest = (dress: Middleware, guard: Middleware) =>
  new Hono<ApiEnv>().get(homePath, async (c) => {
    await dress(c, async () => {
      try {
        await guard(c, async () => {
          await readViewer(c)
          c.res = await sendNewest(c)
        })
      } catch (error) {
        if (!(error instanceof Error)) throw error
        c.res = onError(error, c)
      }
    })
    return c.res
  })

function isNewest({ method, url }: Request): boolean {
  const pathAt = url.indexOf('/', 'https://'.length)
  return method === 'GET' && url.length === pathAt + homePath.length && url.endsWith(homePath)
}

export type AppType = ReturnType<typeof createApp>

export function createApp({ origins, depsFor, ...callers }: AppOptions) {
  const app = createRouter()
  const preflight = crossOrigin(origins)
  const limited = limitAddress(callers)
  // Not one for each step, for each is promises: what every answer has, and what may refuse one.
  const dress: Middleware = async (c, next) => {
    const start = performance.now()
    c.set('deps', depsFor(c))
    beginAnswer(c)
    await next()
    logRequest(c, start)
    completeAnswer(c)
  }
  const guard: Middleware = (c, next) => {
    const answered = preflight(c)
    if (answered) return Promise.resolve(answered)
    return limited(c, isRead(c) ? next : () => checkWrite(c, next))
  }
  app.use(dress)
  app.use(guard)
  app.onError(onError)
  app.notFound(notFound(app))
  serveDocument(app)
  serveProbes(app)
  const { fetch } = app
  const newest = routeNewest(dress, guard)
  app.fetch = (request, ...rest) =>
    isNewest(request) ? newest.fetch(request, ...rest) : fetch(request, ...rest)
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
