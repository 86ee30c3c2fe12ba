import { createVerifier, type VerifyToken } from '@cruddur/auth'
import { connect, type Db } from '@cruddur/db'
import { createGetUser } from './cognito.ts'
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

export interface OpenDeps {
  deps: Deps
  close(): Promise<void>
}

/** The composition root: the only place that opens anything. */
export function openDeps(config: Config, log: Log): OpenDeps {
  const { userPoolId, clientId, endpoint, jwksUrl } = config.cognito
  const { db, close } = connect(config.connectionUrl, { applicationName: 'cruddur-api' })
  const verify = createVerifier({ pools: [{ userPoolId, jwksUrl }], clientIds: [clientId] })
  const ensurePerson = createEnsurePerson({ db, log, getUser: createGetUser(endpoint) })
  return { deps: { db, log, verify, ensurePerson }, close }
}
