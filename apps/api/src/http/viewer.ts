import { KeysUnavailableError, readBearer, TokenRejectedError } from '@cruddur/auth'
import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { type ApiEnv, createStep } from './context.ts'
import { ApiError } from './errors.ts'
import { andThen, type MaybePromise, orElse } from './maybe-promise.ts'
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
export const requireUser = createStep<ViewerEnv>(async (c, next) => {
  const viewer = await findViewer(c, c.req.header('authorization'))
  if (!viewer || !(await c.get('deps').ensurePerson(viewer))) throw new ApiError('generic_401')
  c.set('viewer', viewer)
  return next()
})

/** Lets everybody pass: a token that is no good, or cannot be verified, is an anonymous reader’s. */
export const optionalUser = createStep<ReaderEnv>((c, next) => {
  const authorization = c.req.header('authorization')
  // Nothing to find out, and most who read home have none.
  if (authorization === undefined) return next()
  const finding = orElse(() => findViewer(c, authorization), anonymousIfUnknown)
  return andThen(finding, (viewer) => {
    c.set('viewer', viewer)
    return next()
  })
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

function findViewer(c: Context, authorization?: string): MaybePromise<Viewer | undefined> {
  return andThen(verifyBearer(c, authorization), (viewer) => {
    if (!viewer) return undefined
    c.set('person', viewer.sub)
    return andThen(limitPerson(c, viewer.sub), () => viewer)
  })
}

function verifyBearer(c: Context, authorization?: string): MaybePromise<Viewer | undefined> {
  const { verify, metrics }: Deps = c.get('deps')
  return orElse(
    () => {
      const accessToken = readBearer(authorization)
      if (accessToken === undefined) return undefined
      return andThen(verify(accessToken), ({ sub, scopes }) => {
        metrics.count('tokens_total', 'verdict="accepted"')
        return { sub, scopes, accessToken }
      })
    },
    (error) => noteRefusal(c, error),
  )
}

function noteRefusal(c: Context, error: unknown): undefined {
  const { log, metrics }: Deps = c.get('deps')
  if (!(error instanceof TokenRejectedError)) {
    metrics.count('tokens_total', 'verdict="unknown"')
    throw error
  }
  const { code, kid, jti } = error
  metrics.count('tokens_total', `verdict="${code}"`)
  log.info('token_rejected', { requestId: c.get('requestId'), code, kid, jti })
}
