import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { readConnectionUrl } from '../connection-url.ts'

export const repositoryRoot = resolve(import.meta.dirname, '../../../..')

/** A database by the name of its environment, and what may be done to it. */
export interface Target {
  environment: string
  url: string
  /** Past a proxy or pooler: migrations hold a session lock, which those cannot carry. */
  directUrl: string
  /** Whether it may be dropped and filled with demo data. */
  disposable: boolean
  /** A setting of this environment: `<NAME>_X` (`X` for local), or `X` in its own file. */
  setting(variable: string): string | undefined
}

export class TargetError extends Error {
  override name = 'TargetError'
}

type Environment = Record<string, string | undefined>

/** Finds the environment's URLs: the process's variables beat `.env.<name>`. */
export function readTarget(name: string, variables: Environment, root = repositoryRoot): Target {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new TargetError(
      `"${name}" is no environment's name: use lower-case letters, digits and dashes, such as local, test, staging or prod.`,
    )
  }
  const file = readEnvFile(join(root, `.env.${name}`))
  const prefix = name === 'local' ? '' : `${name.toUpperCase().replaceAll('-', '_')}_`
  const find = (variable: string) => variables[variable] || file[variable] || undefined
  const url =
    find(`${prefix}CONNECTION_URL`) ??
    (name === 'local' ? readLocal(root).connectionUrl : undefined)
  if (!url) {
    const start = name === 'local' ? 'Start `pnpm dev`, or set' : 'Set'
    throw new TargetError(
      `The environment ${name} has no database. ${start} ${prefix}CONNECTION_URL in the environment or in .env.${name}.`,
    )
  }
  const directUrl = find(`${prefix}DIRECT_CONNECTION_URL`) ?? url
  readConnectionUrl(url)
  readConnectionUrl(directUrl)
  return {
    environment: name,
    url,
    directUrl,
    disposable: isDisposable(name, file),
    setting: (variable) => find(`${prefix}${variable}`) ?? file[variable],
  }
}

// Only the environment's own file may say so: a variable left in a shell would hold for every one.
function isDisposable(name: string, file: Environment): boolean {
  if (name === 'prod') return false
  return name === 'local' || name === 'test' || file.DISPOSABLE === '1'
}

function readEnvFile(path: string): Environment {
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {}
}

/** What `pnpm dev` wrote down of what it runs; empty when it does not run. */
export function readLocal(root = repositoryRoot): Partial<Record<string, string>> {
  const path = join(root, '.cruddur/local.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
}
