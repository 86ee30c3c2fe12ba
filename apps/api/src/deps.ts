import { createVerifier, type VerifyToken } from '@cruddur/auth'
import { type ConnectOptions, connect, type Db } from '@cruddur/db'
import { askOnce, createGetUser } from './cognito.ts'
import type { Config } from './config.ts'
import { createEnsurePerson, type EnsurePerson } from './ensure-person.ts'
import type { Log } from './log.ts'

/** What a request may use of the outside. */
export interface Deps {
  db: Db
  log: Log
  verify: VerifyToken
  ensurePerson: EnsurePerson
}

interface OpenDeps {
  deps: Deps
  close(): Promise<void>
}

/** The composition root: the only place that opens anything. */
export function openDeps(config: Config, log: Log, options: ConnectOptions = {}): OpenDeps {
  const { userPoolId, clientId, endpoint, jwksUrl } = config.cognito
  const { db, close } = connect(config.connectionUrl, {
    applicationName: 'cruddur-api',
    longestWaitMs: 500,
    ...options,
  })
  const verify = createVerifier({ pools: [{ userPoolId, jwksUrl }], clientIds: [clientId] })
  const getUser = askOnce(createGetUser(endpoint))
  const ensurePerson = createEnsurePerson({ db, log, getUser })
  return { deps: { db, log, verify, ensurePerson }, close }
}
