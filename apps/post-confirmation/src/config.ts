import { ConnectionUrlError, missingForIam, readConnectionUrl } from '@cruddur/db'

export interface Config {
  connectionUrl: string
}

export class ConfigError extends Error {
  override name = 'ConfigError'
}

type Environment = Record<string, string | undefined>

/** Reads the environment, or says everything that is wrong with it at once. */
export function readConfig(variables: Environment): Config {
  const connectionUrl = variables.CONNECTION_URL ?? ''
  const problems = findProblems(connectionUrl, variables)
  if (problems.length > 0) {
    throw new ConfigError(
      `The environment is not right, so nothing was started:\n  ${problems.join('\n  ')}`,
    )
  }
  return { connectionUrl }
}

function findProblems(connectionUrl: string, variables: Environment): string[] {
  if (connectionUrl === '') {
    return ['CONNECTION_URL is missing: postgres://user:password@host:5432/database']
  }
  try {
    const names = readConnectionUrl(connectionUrl, 'CONNECTION_URL').iam
      ? missingForIam(variables)
      : []
    return names.map((name) => `${name} is missing: CONNECTION_URL asks for auth=iam`)
  } catch (error) {
    if (!(error instanceof ConnectionUrlError)) throw error
    return [error.message]
  }
}
