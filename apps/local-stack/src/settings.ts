import { join } from 'node:path'
import {
  findKeeper,
  findRoot,
  findUrls,
  isLoopback,
  readConnectionUrl,
  readEnvFile,
} from '@cruddur/db/admin'
import { apiDefaults, listApiProblems, namesPool } from './api-environment.ts'

export interface Settings {
  /** `.cruddur`, beside the `.env.local` that was read. */
  stateFolder: string
  port: number
  /** Where we reach the API. */
  apiUrl: string
  /** 0: a free one. */
  postgresPort: number
  /** The database to use; undefined: one on a Postgres of our own. */
  database: GivenDatabase | undefined
  /** 0: the usual one, or a free one where that is taken. */
  cognitoPort: number
  /** The pool to use; undefined: one on a Cognito of our own. */
  pool: GivenPool | undefined
  /** What the API is told, but for what we start. */
  environment: Environment
}

export interface GivenDatabase {
  url: string
  /** Past a proxy or pooler, to migrate through. */
  directUrl: string
  /** Why it is left as it is: `on another machine`. */
  kept: string | undefined
}

interface GivenPool {
  region: string
  userPoolId: string
  clientId: string
}

export type Environment = Record<string, string | undefined>

class SettingsError extends Error {
  override name = 'SettingsError'
}

/** Reads the environment and `.env.local`, or says everything that is wrong with them at once. */
export async function readSettings(variables: Environment): Promise<Settings> {
  const root = findRoot(variables)
  const file = withoutEmpty(readEnvFile(join(root, '.env.local')))
  const given: Environment = { PORT: '4567', ...file, ...withoutEmpty(variables) }
  refuseProblems([
    ...listProblems(given),
    ...listUrlProblems(variables, file),
    ...(await listApiProblems(given)),
  ])
  const database = readGivenDatabase(variables, file, root)
  const pool = readGivenPool(given)
  const environment = { ...apiDefaults(given), ...given }
  if (database?.kept && !pool) refuseProblems([poolMissing(database.kept)])
  return {
    stateFolder: join(root, '.cruddur'),
    port: Number(given.PORT),
    apiUrl: `http://${reachableHost(environment.HOST)}:${given.PORT}`,
    postgresPort: Number(given.POSTGRES_PORT ?? 0),
    database,
    cognitoPort: Number(given.COGNITO_PORT ?? 0),
    pool,
    environment,
  }
}

/** Of an API that listens there; who listens everywhere listens here, too. */
function reachableHost(host = ''): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

function refuseProblems(problems: string[]) {
  if (problems.length === 0) return
  throw new SettingsError(
    ['The environment is not right, so nothing was started:', ...problems].join('\n  '),
  )
}

/** An empty variable is what a shell leaves of one that was never set. */
const withoutEmpty = (variables: Environment): Environment =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value))

function readGivenDatabase(
  variables: Environment,
  file: Environment,
  root: string,
): GivenDatabase | undefined {
  const urls = findUrls('', variables, file)
  if (!urls) return undefined
  const { url, directUrl } = urls
  const isHere = [url, directUrl].every((each) => isLoopback(readConnectionUrl(each).host))
  const keeper = findKeeper('local', urls, variables, root)
  const kept = isHere ? keeper && `in use as ${keeper}` : 'on another machine'
  return { url, directUrl, kept }
}

function listUrlProblems(variables: Environment, file: Environment): string[] {
  try {
    findUrls('', variables, file)
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

function readGivenPool(given: Environment): GivenPool | undefined {
  const userPoolId = given.AWS_COGNITO_USER_POOL_ID
  const clientId = given.AWS_COGNITO_USER_POOL_CLIENT_ID
  if (!namesPool(given) || !userPoolId || !clientId) return undefined
  const [region = ''] = userPoolId.split('_')
  return { region, userPoolId, clientId }
}

export const poolMissing = (kept: string) =>
  `AWS_COGNITO_USER_POOL_ID is missing: CONNECTION_URL is ${kept}, and the Cognito ` +
  'that dev starts signs with a key that everybody knows. Name your own pool, and its app client ' +
  'in AWS_COGNITO_USER_POOL_CLIENT_ID'

function listProblems(given: Environment): string[] {
  const ports = ['PORT', 'POSTGRES_PORT', 'COGNITO_PORT'].filter((name) => given[name])
  return ports.flatMap((name, index) => {
    const port = given[name] ?? ''
    if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65535) {
      return `${name} is no port: write a whole number from 1 to 65535`
    }
    const other = ports.slice(0, index).find((earlier) => given[earlier] === port)
    return other ? `${name} is the same as ${other}` : []
  })
}
