import { isLoopback as isLoopbackUrl } from '@cruddur/auth'
import { isLoopback, readConnectionUrl } from '@cruddur/db'
import { z } from 'zod'

/** Everything the API is told from outside, read once. */
export interface Config {
  /** The address to listen on; every one of this machine’s if it is not given. */
  host: string | undefined
  port: number
  connectionUrl: string
  /** Origins whose pages may call us. */
  origins: string[]
  /** How many requests a minute, and how many at once. */
  limits: {
    perPerson: number
    perAddress: number
    concurrent: number
    /** Whose requests are counted together: this process’s, or all processes’. */
    store: 'process' | 'postgres'
  }
  /** How many proxies stand before us, each of which names its client in X-Forwarded-For. */
  trustedHops: number
  /** Where Prometheus reads; nowhere if it is not given. */
  metrics: { host: string; port: number } | undefined
  cognito: {
    userPoolId: string
    clientId: string
    /** Where Cognito answers: AWS, or a stand-in on this machine. */
    endpoint: string
    /** Where the stand-in has its keys; AWS’s own place follows from the pool. */
    jwksUrl: string | undefined
  }
}

export class ConfigError extends Error {
  override name = 'ConfigError'
}

const connectionUrl = z
  .string({ error: 'is missing: the Postgres to use, postgres://user:password@host:5432/database' })
  .superRefine((url, context) => {
    try {
      readConnectionUrl(url)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      context.addIssue({ code: 'custom', message: reason.replace(/^The connection URL /, '') })
    }
  })

/** A scheme, a host, perhaps a port, and nothing behind it. */
const isOrigin = (url: string) =>
  URL.canParse(url) && new URL(url).href === `${new URL(url).origin}/`

const origins = z.string().transform((text, context) =>
  text.split(',').map((each) => {
    const origin = each.trim().replace(/\/$/, '')
    if (!/^https?:\/\/[^/?#\s]+$/.test(origin)) {
      context.addIssue({
        code: 'custom',
        message: `has "${origin}", which is no origin: write https://host, several with commas`,
      })
    }
    return origin
  }),
)

const host = z.union([z.literal('localhost'), z.ipv4(), z.ipv6()], {
  error: 'is no address to listen on: write an IP address such as 127.0.0.1, or localhost',
})

const number = (what: string, least: number, most: number) =>
  z
    .string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most, {
      error: `is no ${what}: write a whole number from ${least} to ${most}`,
    })
    .transform(Number)
const port = number('port', 0, 65_535)
const limit = number('limit', 1, 1_000_000)

const environment = z.object({
  HOST: host.optional(),
  PORT: port.default(4567),
  METRICS_HOST: host.default('127.0.0.1'),
  METRICS_PORT: port.optional(),
  RATE_LIMIT_PERSON: limit.default(300),
  RATE_LIMIT_ADDRESS: limit.default(1200),
  RATE_LIMIT_CONCURRENT: limit.default(50),
  RATE_LIMIT_STORE: z
    .enum(['process', 'postgres'], { error: 'is neither process nor postgres' })
    .default('process'),
  TRUSTED_HOPS: number('number of proxies', 0, 10).default(0),
  CONNECTION_URL: connectionUrl,
  FRONTEND_URL: z
    .string({ error: 'is missing: where the front end is served, such as https://cruddur.com' })
    .pipe(origins),
  BACKEND_URL: origins.optional(),
  AWS_COGNITO_USER_POOL_ID: z
    .string({ error: 'is missing: the pool whose tokens are taken, such as us-east-1_AbCdEf123' })
    .regex(/^[a-z]{2}(-[a-z]+)+-\d_[A-Za-z0-9]+$/, 'is no pool id such as us-east-1_AbCdEf123'),
  AWS_COGNITO_USER_POOL_CLIENT_ID: z
    .string({ error: 'is missing: the app client of the front end' })
    .regex(/^\w+$/, 'is no client id: letters and digits'),
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: z
    .string()
    .refine(
      (url) =>
        isOrigin(url) && (url.startsWith('https:') || (/^http:/.test(url) && isLoopbackUrl(url))),
      {
        error: 'is no URL of Cognito: https://host and no more, or a stand-in on this machine',
      },
    )
    .optional(),
})

type Environment = z.infer<typeof environment>

/** Reads the environment, or says everything that is wrong with it at once. */
export function readConfig(variables: Record<string, string | undefined>): Config {
  // An empty variable is what a shell leaves of one that was never set.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const result = environment.safeParse(given)
  if (!result.success) {
    refuse(result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`))
  }
  return {
    host: result.data.HOST,
    port: result.data.PORT,
    connectionUrl: result.data.CONNECTION_URL,
    origins: [...result.data.FRONTEND_URL, ...(result.data.BACKEND_URL ?? [])],
    limits: {
      perPerson: result.data.RATE_LIMIT_PERSON,
      perAddress: result.data.RATE_LIMIT_ADDRESS,
      concurrent: result.data.RATE_LIMIT_CONCURRENT,
      store: result.data.RATE_LIMIT_STORE,
    },
    trustedHops: result.data.TRUSTED_HOPS,
    metrics: readMetrics(result.data),
    cognito: readCognito(result.data),
  }
}

const readMetrics = ({ METRICS_HOST: host, METRICS_PORT: port }: Environment) =>
  port === undefined ? undefined : { host, port }

/**
 * A stand-in signs with a key that everybody knows, so it never guards a database that others
 * reach.
 */
function readCognito(data: Environment): Config['cognito'] {
  const userPoolId = data.AWS_COGNITO_USER_POOL_ID
  const given = data.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER?.replace(/\/$/, '')
  const isStandIn = given !== undefined && isLoopbackUrl(given)
  if (isStandIn && !isLoopback(readConnectionUrl(data.CONNECTION_URL).host)) {
    refuse([
      'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER is on this machine and CONNECTION_URL is not: ' +
        'anybody could sign in. Unset the one, or name a database on this machine',
    ])
  }
  const [region] = userPoolId.split('_')
  return {
    userPoolId,
    clientId: data.AWS_COGNITO_USER_POOL_CLIENT_ID,
    endpoint: given ?? `https://cognito-idp.${region}.amazonaws.com`,
    jwksUrl: isStandIn ? `${given}/${userPoolId}/.well-known/jwks.json` : undefined,
  }
}

function refuse(problems: string[]): never {
  throw new ConfigError(
    `The environment is not right, so nothing was started:\n  ${problems.join('\n  ')}`,
  )
}
