import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import type { Context, Handler, MiddlewareHandler } from 'hono'
import type { Deps } from '../deps.ts'
import type { AnswerHeaders } from './answer.ts'
import { checkInput } from './check-input.ts'
import { StaticFirstRouter } from './static-first-router.ts'

export interface ApiEnv {
  Variables: {
    deps: Deps
    requestId: string
    headers: AnswerHeaders
    /** The answer that was made with those headers. */
    answered?: Response
    /** The `sub` of whoever’s token was taken, for the log. */
    person?: string
  }
}

type Declared = RouteConfig & { middleware?: MiddlewareHandler<ApiEnv>[] }

/** A router that documents its routes, and checks what each declares before its handler. */
export function createRouter() {
  const router = new OpenAPIHono<ApiEnv>({ router: new StaticFirstRouter() })
  const openapi = ({ middleware = [], ...route }: Declared, handle: Handler<ApiEnv>) => {
    router.openAPIRegistry.registerPath(route)
    const check = checkInput(route.request)
    const path = route.path.replaceAll(/\/{(.+?)}/g, '/:$1')
    const answer = async (c: Context<ApiEnv>) => (await check(c)) ?? handle(c, noNext)
    router.on([route.method], [path], ...middleware, answer)
    return router
  }
  // Its own validators cost as much as all other steps of a read together: docs/performance.md. The
  // types of a route come from its declaration, as before.
  router.openapi = openapi as unknown as typeof router.openapi
  return router
}

const noNext = async () => {}
