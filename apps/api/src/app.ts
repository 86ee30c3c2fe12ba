import { type Context, type ExecutionContext, Hono } from 'hono'
import { activityRoutes } from './features/activities/routes.ts'
import { feedRoutes } from './features/feeds/routes.ts'
import { healthRoutes, serveProbes } from './features/health/routes.ts'
import { messageRoutes } from './features/messages/routes.ts'
import { notificationRoutes } from './features/notifications/routes.ts'
import { profileEditRoutes } from './features/people/edit-routes.ts'
import { peopleRoutes } from './features/people/routes.ts'
import { searchRoutes } from './features/search/routes.ts'
import { type Answer, answerCodes, headersOf, toResponse } from './http/answer.ts'
import { type AnsweringOptions, createAnswering } from './http/answering.ts'
import { type ApiEnv, asHandler, createRouter, type Handle } from './http/context.ts'
import { andThen } from './http/maybe-promise.ts'
import { StaticFirstRouter } from './http/static-first-router.ts'
import { serveDocument } from './openapi.ts'

type Router = ReturnType<typeof createRouter>
type AnswerRequest = (request: Request, env?: unknown, context?: ExecutionContext) => Answer

const methods = ['GET', 'POST', 'PUT', 'DELETE']

/** 405 where there is a route by another method. */
const refuse = ({ router }: Hono<ApiEnv>, c: Context<ApiEnv>) => {
  const allowed = methods.filter((method) => router.match(method, c.req.path)[0].length > 0)
  if (allowed.length === 0) return answerCodes(c, ['not_found'])
  headersOf(c).add('Allow', allowed.join(', ').replace('GET', 'GET, HEAD'))
  return answerCodes(c, ['method_not_allowed'])
}

/**
 * Answers every route as one handler: Hono calls a single one by itself, and goes through a chain of
 * promises where there are more.
 */
function createAnswer(app: Router, answering: ReturnType<typeof createAnswering>): AnswerRequest {
  const served = new Hono<ApiEnv>({ router: new StaticFirstRouter() })
  const serve = (handle: Handle) => asHandler(answering(handle))
  for (const { method, path, handler } of app.routes) {
    served.on(
      method,
      path,
      serve((c) => handler(c, noNext)),
    )
  }
  const refusing = serve((c) => refuse(served, c))
  served.notFound((c) => refusing(c, noNext))
  return served.fetch
}

const noNext = async () => {}

export type AppType = ReturnType<typeof createApp>

/** The app, and the same for a server that can write what is ready. */
export function createApp(options: AnsweringOptions) {
  const app = createRouter()
  const answering = createAnswering(options)
  serveDocument(app)
  serveProbes(app)
  let answerNow: AnswerRequest | undefined
  const answer: AnswerRequest = (...asked) => {
    // At the first request, for an entry may add routes of its own.
    answerNow ??= createAnswer(app, answering)
    return answerNow(...asked)
  }
  app.fetch = (...asked) => andThen(answer(...asked), toResponse)
  const routed = app
    .route('/', healthRoutes)
    .route('/', feedRoutes)
    .route('/', peopleRoutes)
    .route('/', profileEditRoutes)
    .route('/', notificationRoutes)
    .route('/', searchRoutes)
    .route('/', activityRoutes)
    .route('/', messageRoutes)
  return Object.assign(routed, { answer })
}
