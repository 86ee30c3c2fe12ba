import { localPool } from './local-pool.ts'
import type { Environment } from './settings.ts'

/** What the API is told where nobody says otherwise. */
export const apiDefaults = ({ PORT }: Environment): Environment => ({
  HOST: '127.0.0.1',
  FRONTEND_URL: 'http://localhost:3000,http://127.0.0.1:3000',
  BACKEND_URL: `http://localhost:${PORT},http://127.0.0.1:${PORT}`,
  // So that one machine can load it.
  RATE_LIMIT_PERSON: '1000000',
  RATE_LIMIT_ADDRESS: '1000000',
  RATE_LIMIT_CONCURRENT: '10000',
})

/** What the API is told of our own Cognito. */
export const cognitoEnvironment = (cognitoUrl: string): Environment => ({
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognitoUrl,
  AWS_COGNITO_USER_POOL_ID: localPool.userPoolId,
  AWS_COGNITO_USER_POOL_CLIENT_ID: localPool.clientId,
  AWS_DEFAULT_REGION: localPool.region,
})

const poolVariables = [
  'AWS_COGNITO_USER_POOL_ID',
  'AWS_COGNITO_USER_POOL_CLIENT_ID',
  'AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER',
]

const limitVariables = [
  'METRICS_HOST',
  'METRICS_PORT',
  'RATE_LIMIT_PERSON',
  'RATE_LIMIT_ADDRESS',
  'RATE_LIMIT_CONCURRENT',
  'RATE_LIMIT_STORE',
  'TRUSTED_HOPS',
]

/** Somebody’s own pool is to be used, which then must be named wholly. */
export const namesPool = (given: Environment) => poolVariables.some((name) => given[name])

/** The API's own judgement of what only it reads; it costs 0.3 s, so only where some is set. */
export async function listApiProblems(given: Environment): Promise<string[]> {
  const variables = ['HOST', 'FRONTEND_URL', 'BACKEND_URL', ...limitVariables, ...poolVariables]
  if (!variables.some((name) => given[name])) return []
  const { ConfigError, readConfig } = await import('@cruddur/api/config')
  const standIns = namesPool(given) ? {} : cognitoEnvironment('http://127.0.0.1')
  const notJudged = { PORT: '1', CONNECTION_URL: 'postgres://postgres@127.0.0.1/cruddur' }
  try {
    readConfig({ ...apiDefaults(given), ...standIns, ...given, ...notJudged })
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const [, ...problems] = error.message.split('\n')
    return problems.map((problem) => problem.trim())
  }
}
