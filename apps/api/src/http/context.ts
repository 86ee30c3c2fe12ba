import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import type { Context, Env, Handler, MiddlewareHandler } from 'hono'
import type { Deps } from '../deps.ts'
import type { Answer } from './answer.ts'
import type { AnswerHeaders } from './answer-headers.ts'
import { checkInput } from './check-input.ts'
import { andThen } from './maybe-promise.ts'
import { StaticFirstRouter } from './static-first-router.ts'

export interface ApiEnv {
  Variables: {
    deps: Deps
    requestId: string
    headers: AnswerHeaders
    /** The `sub` of whoever’s token was taken, for the log. */
    person?: string
  }
}

/** What answers a request of a route. */
export type Responder<E extends Env = ApiEnv> = (c: Context<E>) => Answer

/** Hono’s type wants a Response, but Hono hands on what a handler answers and never looks at it. */
export const asHandler = (respond: Responder) => respond as unknown as Handler<ApiEnv>

export const noNext = async () => {}

type Step<E extends Env> = (c: Context<E>, next: () => Answer) => Answer

/**
 * What comes before a route’s handler and says what it has found out. A route declares it where
 * Hono’s middleware is declared: that type alone tells the handler, and Hono never runs one.
 */
export const createStep = <E extends Env>(step: Step<E>) => step as unknown as MiddlewareHandler<E>

type Declared = RouteConfig & { middleware?: Step<ApiEnv>[] }

/**
 * A router that documents its routes and takes, as one handler of each, its steps, the check of what
 * it declares and its own.
 */
export function createRouter() {
  const router = new OpenAPIHono<ApiEnv>({ router: new StaticFirstRouter() })
  const openapi = ({ middleware = [], ...route }: Declared, handle: Handler<ApiEnv>) => {
    router.openAPIRegistry.registerPath(route)
    const check = checkInput(route.request)
    const path = route.path.replaceAll(/\/{(.+?)}/g, '/:$1')
    const respond: Responder = (c) => andThen(check(c), () => handle(c, noNext))
    router.on([route.method], [path], asHandler(middleware.reduceRight(before, respond)))
    return router
  }
  // Its own validators cost as much as all other steps of a read together: docs/performance.md. The
  // types of a route still come from its declaration.
  router.openapi = openapi as unknown as typeof router.openapi
  return router
}

const before =
  (respond: Responder, step: Step<ApiEnv>): Responder =>
  (c) =>
    step(c, () => respond(c))
