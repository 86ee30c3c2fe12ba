import { sweep } from '@cruddur/db'
import type { ExecutionContext } from 'hono'
import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { createIdentity, openDeps } from './deps.ts'
import { createLog } from './log.ts'

/** A Worker’s variables; Hyperdrive, where it is bound, in place of CONNECTION_URL. */
export interface Bindings {
  HYPERDRIVE?: { connectionString: string }
  [name: string]: unknown
}

/** The API where a connection serves one request and no other, and is closed behind it. */
export function createWorkerApi(
  { HYPERDRIVE, ...bindings }: Bindings,
  write: (line: string) => void,
) {
  const variables = Object.entries(bindings).filter(
    (each): each is [string, string] => typeof each[1] === 'string',
  )
  const hyperdrive = HYPERDRIVE ? { CONNECTION_URL: HYPERDRIVE.connectionString } : {}
  const config = readConfig({
    // What one isolate counts says nothing of the others.
    RATE_LIMIT_STORE: 'postgres',
    ...Object.fromEntries(variables),
    ...hyperdrive,
  })
  const log = createLog(write)
  const identity = createIdentity(config, false)
  const app = createApp({
    origins: config.origins,
    // Cloudflare’s own word, which nobody can write for it.
    peerOf: (c) => c.req.header('cf-connecting-ip'),
    depsFor: (c) => c.env.deps,
  })
  const open = () => openDeps(config, log, { poolSize: 1 }, identity)
  return {
    async fetch(request: Request, context: ExecutionContext) {
      const { deps, close } = open()
      try {
        return await app.fetch(request, { deps }, context)
      } finally {
        context.waitUntil(close())
      }
    },
    async sweep() {
      const { deps, close } = open()
      log.info('swept', { ...(await sweep(deps.db).finally(close)) })
    },
  }
}
