import { randomUUID } from 'node:crypto'
import { createVerifier, type VerifierOptions } from '@cruddur/auth'
import { createTestPool } from '@cruddur/auth/testing'
import { upsertPerson } from '@cruddur/db'
import { seed } from '@cruddur/db/admin'
import { cloneDatabase } from '@cruddur/db/testing'
import { expectNoSecrets, secretsOf } from '@cruddur/test-suite/log-secrets'
import { afterAll } from 'vitest'
import { createApp } from '../src/app.ts'
import type { GetUser } from '../src/cognito.ts'
import type { Deps } from '../src/deps.ts'
import { createEnsurePerson } from '../src/ensure-person.ts'
import type { Limits } from '../src/http/rate-limit.ts'
import { createResponseCache } from '../src/http/response-cache.ts'
import { createLog } from '../src/log.ts'
import { createMetrics } from '../src/metrics.ts'
import { createReadiness } from '../src/readiness.ts'
import { createTokenBuckets } from '../src/token-buckets.ts'
import { checkResponses } from './openapi-check.ts'

export const frontend = 'http://localhost:3000'

interface ApiOptions {
  /** What Cognito says of a token’s person; by default it knows nobody. */
  getUser?: GetUser
  verifier?: Partial<VerifierOptions>
  /** By default more than any test asks. */
  limits?: Partial<Limits>
  /** By default one that keeps nothing: tests change rows behind the API’s back. */
  homePages?: Deps['homePages']
}

function keepingNothing(): Deps['homePages'] {
  let clock = 0
  return createResponseCache(() => (clock += 10_000))
}

const plenty = {
  perPerson: { tokens: 1_000_000, windowMs: 1_000 },
  perAddress: { tokens: 1_000_000, windowMs: 1_000 },
  concurrent: 1_000_000,
}

/** The whole app on a database and a user pool of its own, called without a socket in between. */
export async function openApi(options: ApiOptions = {}) {
  const { getUser = async () => undefined, verifier, limits } = options
  const { homePages = keepingNothing() } = options
  const [database, pool] = await Promise.all([cloneDatabase(), createTestPool()])
  const { db } = database
  const lines: string[] = []
  const log = createLog((line) => lines.push(line))
  const tokens: string[] = []
  afterAll(() => expectNoSecrets(lines.join(''), [...secretsOf(database.url), ...tokens]))
  const verify = createVerifier({ ...pool.verifierOptions, ...verifier })
  const ensurePerson = createEnsurePerson({ db, log, getUser })
  const deps: Deps = {
    db,
    searchDb: db,
    log,
    metrics: createMetrics(),
    limits: { ...plenty, takeToken: createTokenBuckets(), ...limits },
    verify,
    ensurePerson,
    homePages,
    findReadiness: createReadiness({ db, log }),
  }
  // Behind one proxy, which tells tests' callers apart.
  const callers = { peerOf: () => '192.0.2.1', trustedHops: 1 }
  const app = checkResponses(createApp({ origins: [frontend], depsFor: () => deps, ...callers }))

  const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers })

  /** A person with a row and a real token, who calls with it. */
  async function signUp(handle: string) {
    const sub = randomUUID()
    const { uuid } = await upsertPerson(db, { sub, handle, name: handle })
    const token = await pool.sign({ sub })
    tokens.push(token)
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
