import { openDriver } from './driver.ts'
import { DatabaseUnavailableError } from './unavailable.ts'

export type Row = Record<string, unknown>

/** One connection for an administrator's work, where `begin` and `commit` are plain statements. */
export interface Session {
  query<R extends Row = Row>(text: string, parameters?: unknown[]): Promise<R[]>
  /** All of the work, or none of it. */
  transaction<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

export function openSession(url: string, applicationName = 'cruddur-db'): Session {
  let opened = false
  let lost = false
  const driver = openDriver(url, {
    applicationName,
    connectTimeoutSeconds: 10,
    // The driver would dial again, and the rest of a transaction would run outside it.
    onclose: () => {
      lost = opened
    },
  })

  async function query<R extends Row>(text: string, parameters: unknown[] = []): Promise<R[]> {
    if (lost)
      throw new DatabaseUnavailableError('The connection was lost in the middle of the work')
    const rows = await driver.unsafe<R[]>(text, parameters as never[])
    opened = true
    return rows
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

  return { query, transaction, close: () => driver.end({ timeout: 4 }) }
}

/** A name as SQL reads it, whatever is in it. */
export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`
