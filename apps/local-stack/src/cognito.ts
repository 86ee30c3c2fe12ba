import type { Server } from 'node:http'
import { join } from 'node:path'
import { appFolder, listSources } from './app-sources.ts'
import { startCognito } from './cognito/cognito-process.ts'
import { createCognitoProxy } from './cognito/cognito-proxy.ts'
import { createMissingTargets } from './cognito/missing-targets.ts'
import { type PoolUser, poolFile, preparePool } from './cognito/pool-files.ts'
import type { Invocation } from './lambda/function-process.ts'
import { createBundle } from './lambda/lambda-bundle.ts'
import { openFunction } from './lambda/open-function.ts'
import { createLambdaEndpoint, type Invoke } from './lambda-endpoint.ts'
import { closeServer, listen } from './listen.ts'
import { localPool } from './local-pool.ts'
import type { Settings } from './settings.ts'
import { supervise } from './supervise.ts'
import type { Terminal } from './terminal.ts'

interface OpenCognito {
  url: string
  /** Who was in the pool at the start. */
  users: PoolUser[]
  /** Fulfilled once it answers. */
  ready: Promise<unknown>
  /** Tells the Lambda where the rows go; its triggers wait for that. */
  useDatabase: (connectionUrl: string) => void
}

interface Opening {
  terminal: Terminal
  /** Takes what must be closed in the end, as soon as it is open. */
  defer: (close: () => Promise<void>) => void
  /** Told of each process of cognito-local. */
  onStart: (pid: number) => Promise<void>
}

const usualPort = 9229

/** Our own Cognito: cognito-local behind a proxy that has what it lacks, with the built Lambda. */
export async function openCognito(settings: Settings, opening: Opening): Promise<OpenCognito> {
  const { terminal, defer, onStart } = opening
  const folder = join(settings.stateFolder, 'cognito')
  const lambda = openPostConfirmation(settings.stateFolder, terminal)
  defer(lambda.close)
  const endpoint = createLambdaEndpoint(
    new Map<string, Invoke>([
      ['PreSignUp', async (event) => withEmailVerified(await lambda.invoke(event))],
      ['PostConfirmation', lambda.invoke],
    ]),
  )
  const lambdaUrl = `http://127.0.0.1:${await listen(endpoint, 0)}`
  defer(() => closeServer(endpoint))

  const users = await preparePool(folder, lambdaUrl, terminal.print)
  const cognito = supervise('Cognito', () => startCognito(folder, onStart), terminal)
  defer(cognito.close)
  const upstream = () => cognito.run().ready
  const targets = createMissingTargets({ url: upstream, poolFile: poolFile(folder) })
  const proxy = createCognitoProxy({ upstream, targets })
  const url = `http://127.0.0.1:${await listenWherePossible(proxy, settings)}`
  defer(() => closeServer(proxy))
  return { url, users, ready: upstream(), useDatabase: lambda.useDatabase }
}

/** The bundle that is deployed, in the environment that it is deployed to. */
function openPostConfirmation(stateFolder: string, terminal: Terminal) {
  const app = 'post-confirmation'
  const bundle = createBundle({
    folder: join(stateFolder, 'lambda'),
    program: join(appFolder(app), 'build.mjs'),
    sources: listSources(app),
  })
  // Ahead of the first event, which builds it again if this failed, and says so.
  bundle.refresh().catch(() => {})
  let useDatabase: (connectionUrl: string) => void = () => {}
  const environment = new Promise<Record<string, string>>((resolve) => {
    useDatabase = (connectionUrl) =>
      resolve({
        CONNECTION_URL: connectionUrl,
        AWS_REGION: localPool.region,
        AWS_DEFAULT_REGION: localPool.region,
        AWS_LAMBDA_FUNCTION_NAME: app,
        TZ: ':UTC',
      })
  })
  return { ...openFunction({ bundle, environment, terminal }), useDatabase }
}

/** Cognito verifies an email by its code; cognito-local where PreSignUp says so. */
function withEmailVerified(invocation: Invocation): Invocation {
  if (invocation.payload === undefined) return invocation
  const event: { response?: object } | null = JSON.parse(invocation.payload)
  const response = { ...event?.response, autoVerifyEmail: true }
  return { payload: JSON.stringify({ ...event, response }) }
}

async function listenWherePossible(proxy: Server, settings: Settings): Promise<number> {
  const { cognitoPort, port, postgresPort } = settings
  const usual = [port, postgresPort].includes(usualPort) ? 0 : usualPort
  try {
    return await listen(proxy, cognitoPort || usual)
  } catch (error) {
    if (!cognitoPort) return listen(proxy, 0)
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new Error(
      `Cognito cannot listen on port ${cognitoPort} (COGNITO_PORT, ${code}): ` +
        'end what listens there, or unset COGNITO_PORT for a free one.',
      { cause: error },
    )
  }
}
