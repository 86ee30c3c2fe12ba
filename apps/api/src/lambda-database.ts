import type { ConnectOptions } from '@cruddur/db'
import type { Log } from './log.ts'

type Environment = Record<string, string | undefined>

/** How a Lambda reaches Postgres: with one request at a time, and with its own role as the password. */
export const lambdaDatabase = (environment: Environment, log: Log): ConnectOptions => ({
  poolSize: 1,
  iam: {
    environment,
    onError: (error) => log.error('iam_token_failed', { name: error.name }),
  },
})
