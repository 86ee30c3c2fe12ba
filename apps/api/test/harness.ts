import { randomUUID } from 'node:crypto'
import { createVerifier, type VerifierOptions } from '@cruddur/auth'
import { createTestPool } from '@cruddur/auth/testing'
import { upsertPerson } from '@cruddur/db'
import { seed } from '@cruddur/db/admin'
import { cloneDatabase } from '@cruddur/db/testing'
import { createApp } from '../src/app.ts'
import type { GetUser } from '../src/cognito.ts'
import { createEnsurePerson } from '../src/ensure-person.ts'
import { createLog } from '../src/log.ts'
import { checkResponses } from './openapi-check.ts'

export const frontend = 'http://localhost:3000'

interface ApiOptions {
  /** What Cognito says of a token’s person; by default it knows nobody. */
  getUser?: GetUser
  verifier?: Partial<VerifierOptions>
}

/** The whole app on a database and a user pool of its own, called without a socket in between. */
export async function openApi({ getUser = async () => undefined, verifier }: ApiOptions = {}) {
  const [database, pool] = await Promise.all([cloneDatabase(), createTestPool()])
  const { db } = database
  const lines: string[] = []
  const log = createLog((line) => lines.push(line))
  const verify = createVerifier({ ...pool.verifierOptions, ...verifier })
  const ensurePerson = createEnsurePerson({ db, log, getUser })
  const deps = { db, log, verify, ensurePerson }
  const app = checkResponses(createApp({ origins: [frontend], depsFor: () => deps }))

  const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers })

  /** A person with a row and a real token, who calls with it. */
  async function signUp(handle: string) {
    const sub = randomUUID()
    const { uuid } = await upsertPerson(db, { sub, handle, name: handle })
    const token = await pool.sign({ sub })
    const as = { authorization: `Bearer ${token}` }
    return { sub, uuid, handle, token, get: (path: string) => get(path, as) }
  }

  return {
    ...database,
    app,
    deps,
    get,
    pool,
    signUp,
    lines,
    logged: () => lines.map((line): Record<string, unknown> => JSON.parse(line)),
    seed: () => seed(database.url),
  }
}
