import { type Context, type ExecutionContext, Hono } from 'hono'
import { activityRoutes } from './features/activities/routes.ts'
import { feedRoutes } from './features/feeds/routes.ts'
import { healthRoutes, serveProbes } from './features/health/routes.ts'
import { messageRoutes } from './features/messages/routes.ts'
import { notificationRoutes } from './features/notifications/routes.ts'
import { profileEditRoutes } from './features/people/edit-routes.ts'
import { peopleRoutes } from './features/people/routes.ts'
import { searchRoutes } from './features/search/routes.ts'
import { type Answer, refuseWith, toResponse } from './http/answer.ts'
import { headersOf } from './http/answer-headers.ts'
import { type ApiEnv, asHandler, createRouter, noNext, type Responder } from './http/context.ts'
import { createFrame, type Frame, type FrameOptions } from './http/frame.ts'
import { andThen } from './http/maybe-promise.ts'
import { StaticFirstRouter } from './http/static-first-router.ts'
import { serveDocument } from './openapi.ts'

type Router = ReturnType<typeof createRouter>
type AnswerRequest = (request: Request, env?: unknown, context?: ExecutionContext) => Answer

const methods = { GET: 'GET, HEAD', POST: 'POST', PUT: 'PUT', DELETE: 'DELETE' }

/** 405 where there is a route by another method. */
function refuseUnrouted({ router }: Hono<ApiEnv>, c: Context<ApiEnv>) {
  const allowed = Object.entries(methods).flatMap(([method, words]) =>
    router.match(method, c.req.path)[0].length > 0 ? [words] : [],
  )
  if (allowed.length === 0) return refuseWith(c, ['not_found'])
  headersOf(c).add('Allow', allowed.join(', '))
  return refuseWith(c, ['method_not_allowed'])
}

/**
 * Answers every route as one handler: Hono calls a single one by itself, and goes through a chain of
 * promises where there are more.
 */
function frameRoutes(app: Router, frame: Frame): AnswerRequest {
  const framed = new Hono<ApiEnv>({ router: new StaticFirstRouter() })
  const add = (respond: Responder) => asHandler(frame(respond))
  for (const { method, path, handler } of app.routes) {
    if (method === 'ALL')
      throw new Error(`${path} has a middleware: make it a step, or of the frame`)
    const respond: Responder = (c) => handler(c, noNext)
    framed.on(method, path, add(respond))
  }
  // What even the frame cannot answer is for who serves it to refuse.
  framed.onError((error) => {
    throw error
  })
  const refuse = add((c) => refuseUnrouted(framed, c))
  framed.notFound((c) => refuse(c, noNext))
  return framed.fetch
}

export type AppType = ReturnType<typeof createApp>

/** The app, and the same for a server that can write what is ready. */
export function createApp(options: FrameOptions) {
  const app = createRouter()
  const frame = createFrame(options)
  serveDocument(app)
  serveProbes(app)
  let framed: AnswerRequest | undefined
  const answer: AnswerRequest = (...asked) => {
    // At the first request, for an entry may add routes of its own.
    framed ??= frameRoutes(app, frame)
    return framed(...asked)
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
