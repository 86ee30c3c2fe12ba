import { resolve } from 'node:path'
import type { PostgresVersion } from './binaries.ts'
import { startServer } from './start-server.ts'

export interface Server {
  /** The superuser's connection to the database `postgres`. */
  url: string
  port: number
  pid: number
  /** It ran already. */
  adopted: boolean
  /** The major version. */
  version: PostgresVersion
  close(): Promise<void>
}

export interface ServerOptions {
  directory: string
  /** 0 or absent: a free one, or the one the server already listens on. */
  port?: number
  /** Postgres settings, by name; a server that is adopted keeps its own. */
  settings?: Record<string, string>
  onProgress?: (step: string) => void
  version?: PostgresVersion
  /** Where the binaries of a version other than the installed one are kept. */
  binariesDirectory?: string
}

/** Starts the server on `directory`, or adopts the one that already runs on it; it outlives us. */
export const openServer = (options: ServerOptions): Promise<Server> =>
  startServer({ ...options, directory: resolve(options.directory), durable: true })
