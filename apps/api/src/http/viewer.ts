import { KeysUnavailableError, readBearer, TokenRejectedError } from '@cruddur/auth'
import { createMiddleware } from 'hono/factory'
import type { Deps } from '../deps.ts'
import type { ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'

/** Who is calling: their `sub`, and the token that says so. */
export interface Viewer {
  sub: string
  scopes: readonly string[]
  accessToken: string
}

interface ViewerEnv extends ApiEnv {
  Variables: ApiEnv['Variables'] & { viewer: Viewer }
}

interface ReaderEnv extends ApiEnv {
  Variables: ApiEnv['Variables'] & { viewer: Viewer | undefined }
}

/** Lets only signed-in people pass, each with a row: a missing one is made on the way. */
export const requireUser = createMiddleware<ViewerEnv>(async (c, next) => {
  const viewer = await findViewer(c.var.deps, c.req.header('authorization'), c.var.requestId)
  if (!viewer || !(await c.var.deps.ensurePerson(viewer))) throw new ApiError('generic_401')
  c.set('viewer', viewer)
  await next()
})

/**
 * Lets everybody pass: a token that is no good, or cannot be verified now, is an anonymous reader.
 */
export const optionalUser = createMiddleware<ReaderEnv>(async (c, next) => {
  const { deps, requestId } = c.var
  const viewer = findViewer(deps, c.req.header('authorization'), requestId)
  c.set('viewer', await viewer.catch(anonymousIfUnknown))
  await next()
})

/**
 * Runs a statement of the viewer’s, again if it found nothing and their row had gone since it was
 * seen: then they have a new one by now, or are refused.
 */
export async function asPerson<T>(
  { ensurePerson }: Pick<Deps, 'ensurePerson'>,
  viewer: Viewer,
  run: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const found = await run()
  if (found !== undefined) return found
  ensurePerson.forget(viewer.sub)
  if (!(await ensurePerson(viewer))) throw new ApiError('generic_401')
  return run()
}

function anonymousIfUnknown(error: unknown): undefined {
  if (!(error instanceof KeysUnavailableError)) throw error
}

async function findViewer(
  { verify, log }: Pick<Deps, 'verify' | 'log'>,
  authorization: string | undefined,
  requestId: string,
): Promise<Viewer | undefined> {
  try {
    const accessToken = readBearer(authorization)
    if (accessToken === undefined) return undefined
    const { sub, scopes } = await verify(accessToken)
    return { sub, scopes, accessToken }
  } catch (error) {
    if (!(error instanceof TokenRejectedError)) throw error
    const { code, kid, jti } = error
    log.info('token_rejected', { requestId, code, kid, jti })
    return undefined
  }
}
