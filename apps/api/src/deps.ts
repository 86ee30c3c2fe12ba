import { createVerifier, type Verifier, type VerifyToken } from '@cruddur/auth'
import {
  type Bucket,
  type ConnectOptions,
  connect,
  type Database,
  type Db,
  type HomePage,
  takeToken,
} from '@cruddur/db'
import { askOnce, createGetUser, type GetUser } from './cognito.ts'
import type { Config } from './config.ts'
import { createEnsurePerson, type EnsurePerson } from './ensure-person.ts'
import type { Limits } from './http/rate-limit.ts'
import { createResponseCache, type ResponseCache } from './http/response-cache.ts'
import type { Log } from './log.ts'
import { createMetrics, type Gauge, type Metrics } from './metrics.ts'
import { createReadiness, type Readiness } from './readiness.ts'
import { createTokenBuckets } from './token-buckets.ts'

/** What a request may use of the outside. */
export interface Deps {
  db: Db
  /** For searches: connections of their own, so that no search keeps a feed waiting. */
  searchDb: Db
  log: Log
  metrics: Metrics
  limits: Limits
  verify: VerifyToken
  ensurePerson: EnsurePerson
  /** The first page of home by its length: the same for everybody. */
  homePages: ResponseCache<KeptHome>
  findReadiness: () => Promise<Readiness>
}

interface KeptHome extends Omit<HomePage, 'next'> {
  cursor: string | undefined
  tag: string
}

interface OpenDeps {
  deps: Deps
  gauges: Gauge[]
  close(): Promise<void>
}

/** What says who somebody is. It holds values alone, so it may outlive a request’s connections. */
export interface Identity {
  verify: Verifier
  getUser: GetUser
}

/** Without a single flight where no request may await what another has begun. */
export function createIdentity({ cognito }: Config, singleFlight = true): Identity {
  const { userPoolId, clientId, endpoint, jwksUrl } = cognito
  const pools = [{ userPoolId, jwksUrl }]
  const getUser = createGetUser(endpoint)
  return {
    verify: createVerifier({ pools, clientIds: [clientId], singleFlight }),
    getUser: singleFlight ? askOnce(getUser) : getUser,
  }
}

/** The composition root: the only place that opens anything. */
export function openDeps(
  config: Config,
  log: Log,
  options: ConnectOptions = {},
  { verify, getUser } = createIdentity(config),
): OpenDeps {
  const open = (more: ConnectOptions) =>
    connect(config.connectionUrl, { applicationName: 'cruddur-api', longestWaitMs: 800, ...more })
  const main = open(options)
  // Where there is one connection, everything shares it.
  const search = options.poolSize === 1 ? main : open({ ...options, ...searching })
  const { db } = main
  const deps: Deps = {
    db,
    searchDb: search.db,
    log,
    metrics: createMetrics(),
    limits: createLimits(config.limits, db),
    verify,
    ensurePerson: createEnsurePerson({ db, log, getUser }),
    homePages: createResponseCache(),
    findReadiness: createReadiness({ db, log }),
  }
  const close = async () => {
    await Promise.all([main.close(), search.close()])
  }
  return { deps, gauges: createGauges({ main, search }, verify, deps.homePages), close }
}

const searching: ConnectOptions = { poolSize: 3, deadlineMs: 1_500 }

function createLimits({ perPerson, perAddress, concurrent, store }: Config['limits'], db: Db) {
  const aMinute = (tokens: number): Bucket => ({ tokens, windowMs: 60_000 })
  const limits: Limits = {
    perPerson: aMinute(perPerson),
    perAddress: aMinute(perAddress),
    concurrent,
    takeToken: store === 'process' ? createTokenBuckets() : (...asked) => takeToken(db, ...asked),
  }
  return limits
}

/** What is so at the moment that Prometheus asks. */
function createGauges(
  pools: Record<string, Database>,
  { cache }: Verifier,
  homePages: Deps['homePages'],
): Gauge[] {
  return [
    {
      name: 'pool_connections',
      says: 'Connections to Postgres by pool and state; waiting is requests without one',
      type: 'gauge',
      read: () =>
        Object.fromEntries(
          Object.entries(pools).flatMap(([pool, { stats }]) => {
            const { open, idle, waiting } = stats()
            return Object.entries({ used: open - idle, idle, waiting }).map(([state, n]) => [
              `pool="${pool}",state="${state}"`,
              n,
            ])
          }),
        ),
    },
    {
      name: 'token_cache_total',
      says: 'Access tokens that were known, or had to be verified',
      type: 'counter',
      read: () => foundOrNot(cache),
    },
    {
      name: 'home_cache_total',
      says: 'First pages of home that were kept, or read; who waited for another’s is in neither',
      type: 'counter',
      read: () => foundOrNot(homePages.counts),
    },
  ]
}

const foundOrNot = ({ hits, misses }: { hits: number; misses: number }) => ({
  'found="yes"': hits,
  'found="no"': misses,
})
