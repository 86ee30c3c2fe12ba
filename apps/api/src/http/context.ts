import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import type { Context, Env, Handler, MiddlewareHandler } from 'hono'
import type { Deps } from '../deps.ts'
import type { Answer, AnswerHeaders } from './answer.ts'
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

export type Handle<E extends Env = ApiEnv> = (c: Context<E>) => Answer

/** Hono hands on what a handler answers, without a look at what it is. */
export const asHandler = (handle: Handle) => handle as unknown as Handler<ApiEnv>

type Step<E extends Env> = (c: Context<E>, next: () => Answer) => Answer

/**
 * What comes before a route’s handler and says what it has found out. A route declares it where
 * Hono’s middleware is declared, whose type tells the handler; it waits only where it has to.
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
    const answer: Handle = (c) => andThen(check(c), () => handle(c, noNext))
    router.on([route.method], [path], asHandler(middleware.reduceRight(before, answer)))
    return router
  }
  // Its own validators cost as much as all other steps of a read together: docs/performance.md. The
  // types of a route come from its declaration, as before.
  router.openapi = openapi as unknown as typeof router.openapi
  return router
}

const before =
  (handle: Handle, step: Step<ApiEnv>): Handle =>
  (c) =>
    step(c, () => handle(c))

const noNext = async () => {}
