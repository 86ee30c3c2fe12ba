import { KeysUnavailableError, readBearer, TokenRejectedError } from '@cruddur/auth'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Deps } from '../deps.ts'
import type { ApiEnv } from './context.ts'
import { ApiError } from './errors.ts'
import { limitPerson } from './rate-limit.ts'

/** Who is calling: their `sub`, and the token that says so. */
export interface Viewer {
  sub: string
  scopes: readonly string[]
  accessToken: string
}

export interface ViewerEnv extends ApiEnv {
  Variables: ApiEnv['Variables'] & { viewer: Viewer }
}

interface ReaderEnv extends ApiEnv {
  Variables: ApiEnv['Variables'] & { viewer: Viewer | undefined }
}

/** Lets only signed-in people pass, each with a row: a missing one is made on the way. */
export const requireUser = createMiddleware<ViewerEnv>(async (c, next) => {
  const viewer = await findViewer(c, c.req.header('authorization'))
  if (!viewer || !(await c.get('deps').ensurePerson(viewer))) throw new ApiError('generic_401')
  c.set('viewer', viewer)
  await next()
})

/** Lets everybody pass. */
export const optionalUser = createMiddleware<ReaderEnv>(async (c, next) => {
  await readViewer(c)
  await next()
})

/** A token that is no good, or cannot be verified now, is an anonymous reader’s. */
export async function readViewer(c: Context) {
  const authorization = c.req.header('authorization')
  // Nothing to wait for, and most who read home have none.
  if (authorization === undefined) return
  c.set('viewer', await findViewer(c, authorization).catch(anonymousIfUnknown))
}

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

async function findViewer(c: Context, authorization?: string): Promise<Viewer | undefined> {
  const token = await verifyBearer(c, authorization)
  if (!token) return undefined
  c.set('person', token.sub)
  const limiting = limitPerson(c, token.sub)
  if (limiting) await limiting
  return token
}

async function verifyBearer(c: Context, authorization?: string): Promise<Viewer | undefined> {
  const { verify, log, metrics }: Deps = c.get('deps')
  try {
    const accessToken = readBearer(authorization)
    if (accessToken === undefined) return undefined
    const { sub, scopes } = await verify(accessToken)
    metrics.count('tokens_total', 'verdict="accepted"')
    return { sub, scopes, accessToken }
  } catch (error) {
    if (!(error instanceof TokenRejectedError)) {
      metrics.count('tokens_total', 'verdict="unknown"')
      throw error
    }
    const { code, kid, jti } = error
    metrics.count('tokens_total', `verdict="${code}"`)
    log.info('token_rejected', { requestId: c.get('requestId'), code, kid, jti })
    return undefined
  }
}
