import { drizzle, type PgRemoteDatabase } from 'drizzle-orm/pg-proxy'
import { readConnectionUrl } from './connection-url.ts'
import { openDriver, readPassword } from './driver.ts'
import type { IamOptions } from './iam-token.ts'
import { openPool, type Pool, type Statement } from './pool.ts'

/** No interactive transaction: a write is one statement (docs/decisions/0003). */
export type Db = Omit<PgRemoteDatabase, 'transaction'> & {
  /** Runs a statement whose text is made already, past Drizzle. */
  run: RunStatement
}

type RunStatement = Pool['run']

export interface ConnectOptions {
  applicationName?: string
  poolSize?: number
  /** The longest a caller waits for one statement. */
  deadlineMs?: number
  /** The longest of it in line for a connection; who would wait longer is refused sooner. */
  longestWaitMs?: number
  /** Needed where the URL says `auth=iam`. */
  iam?: IamOptions | undefined
}

export interface Database {
  db: Db
  stats: Pool['stats']
  close: Pool['close']
}

/** Opens a pool on a connection URL. Nothing is dialled before the first statement. */
export function connect(url: string, options: ConnectOptions = {}): Database {
  const { applicationName = 'cruddur', poolSize = 10, deadlineMs = 3000, iam } = options
  const { longestWaitMs = deadlineMs } = options
  const target = readConnectionUrl(url)
  readPassword(target, iam)
  const pool = openPool(
    (onclose) =>
      openDriver(url, {
        applicationName,
        connectTimeoutSeconds: deadlineMs / 1000,
        statementTimeoutMs: deadlineMs,
        onclose,
        iam,
      }),
    { size: poolSize, deadlineMs, longestWaitMs, prepare: target.prepare },
  )
  return { db: openDb(pool.run), stats: pool.stats, close: pool.close }
}

/** Drizzle on whatever runs its statements. */
export function openDb(run: RunStatement): Db {
  const db = drizzle(async (text, parameters, method) => ({
    rows: await run({
      text,
      parameters,
      rows: method === 'all' ? 'arrays' : 'objects',
      effect: effectOf(text),
    }),
  }))
  return Object.assign(db, { run: (statement: Statement) => run(statement).catch(fail) })
}

/** As Drizzle does: the driver’s own message may repeat what a person wrote. */
function fail(cause: unknown): never {
  throw new Error('A statement failed', { cause })
}

/** A write is to be said once, unless whoever wrote it knows better. */
export const effectOf = (text: string): Statement['effect'] =>
  /^\s*select\b/i.test(text) ? 'none' : 'once'
