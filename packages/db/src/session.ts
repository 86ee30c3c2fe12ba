import { readConnectionUrl } from './connection-url.ts'
import { openDriver } from './driver.ts'
import { type IamOptions, IamTokenError, missingForIam } from './iam-token.ts'
import { DatabaseUnavailableError } from './unavailable.ts'

export type Row = Record<string, unknown>

/** One connection for an administrator's work, where `begin` and `commit` are plain statements. */
export interface Session {
  query<R extends Row = Row>(text: string, parameters?: unknown[]): Promise<R[]>
  /** One statement and no more, whatever is in the text, and what Postgres says of it. No COPY. */
  queryOne(text: string): Promise<Answer>
  /** All of the work, or none of it. */
  transaction<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** A statement’s rows in the order of its columns; its command and count where it has none. */
export interface Answer {
  columns: { name: string; type: number }[]
  rows: unknown[][]
  command: string
  /** Null where it is none, as of `create table`. */
  count: number | null
}

// The driver’s types do not know it: without parameters it would send a text of many statements.
const asOneStatement: object = { simple: false }

export function openSession(
  url: string,
  applicationName = 'cruddur-db',
  answerTimeoutMs = 15_000,
): Session {
  let opened = false
  let lost = false
  const driver = openDriver(url, {
    applicationName,
    connectTimeoutSeconds: 10,
    iam: findIam(url),
    // The driver would dial again, and the rest of a transaction would run outside it.
    onclose: () => {
      lost = opened
    },
  })

  async function open() {
    if (lost)
      throw new DatabaseUnavailableError('The connection was lost in the middle of the work')
    if (!opened) await within(answerTimeoutMs, driver.unsafe('select 1'))
    opened = true
  }

  async function query<R extends Row>(text: string, parameters: unknown[] = []): Promise<R[]> {
    await open()
    // The driver’s type lists what it can send; it refuses the rest at run time.
    return driver.unsafe<R[]>(text, parameters as never[])
  }

  async function queryOne(text: string): Promise<Answer> {
    await open()
    const rows = await driver.unsafe(text, [], asOneStatement).values()
    return { columns: rows.columns ?? [], rows, command: rows.command, count: rows.count }
  }

  async function transaction<T>(work: () => Promise<T>): Promise<T> {
    await query('begin')
    try {
      const result = await work()
      await query('commit')
      return result
    } catch (error) {
      if (!lost) await query('rollback').catch(() => {})
      throw error
    }
  }

  return {
    query,
    queryOne,
    transaction,
    close: () => driver.end({ timeout: opened && !lost ? 4 : 0 }),
  }
}

/** A pooler may let us in and then never answer; the work’s own statements may take their time. */
async function within(timeoutMs: number, answer: PromiseLike<unknown>) {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise((_, reject) => {
    const error = new DatabaseUnavailableError(
      `The server took the connection, but has not answered for ${timeoutMs / 1000} s. Is a pooler in front of it waiting for Postgres?`,
    )
    timer = setTimeout(reject, timeoutMs, error)
  })
  try {
    await Promise.race([answer, silence])
  } finally {
    clearTimeout(timer)
  }
}

/** What signs `auth=iam` in a person’s own shell, which holds the credentials or does not. */
export function findIam(url: string): IamOptions | undefined {
  if (!readConnectionUrl(url).iam) return undefined
  const { env } = process
  const missing = missingForIam(env)
  if (missing.length === 0) return { environment: env, onError: () => {} }
  throw new IamTokenError(
    `The connection URL asks for auth=iam, which needs ${missing.join(', ')}: \`aws configure export-credentials --format env\` prints the credentials.`,
  )
}

/** A name as SQL reads it, whatever is in it. */
export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`
