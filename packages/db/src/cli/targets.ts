import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isLoopback, readConnectionUrl } from '../connection-url.ts'
import { readEnvFile } from '../env-file.ts'
import type { SeedAccount } from '../link-accounts.ts'
import { sayWord, UsageError } from './command.ts'
import { findNearest } from './nearest.ts'

export const repositoryRoot = resolve(import.meta.dirname, '../../../..')

interface Urls {
  url: string
  /** Past a proxy or pooler: migrations hold a session lock, which those cannot carry. */
  directUrl: string
}

/** A database by the name of its environment, and what may be done to it. */
export interface Target extends Urls {
  environment: string
  /** Whether it may be dropped and filled with demo data. */
  disposable: boolean
  /** Another environment, prod before all, that names the same database and keeps its data. */
  keptBy?: string | undefined
  /** A setting of this environment: `<NAME>_X` (`X` for local), or `X` in its own file. */
  setting(variable: string): string | undefined
}

export class TargetError extends Error {
  override name = 'TargetError'
}

type Environment = Record<string, string | undefined>

/** Where the files `.env.<name>` are, and `.cruddur`. */
export function findRoot({ CRUDDUR_ROOT }: Environment): string {
  if (!CRUDDUR_ROOT) return repositoryRoot
  const root = resolve(CRUDDUR_ROOT)
  if (existsSync(`${root}/.`)) return root
  throw new TargetError(
    'CRUDDUR_ROOT is no directory: make it, name another, or unset it for the repository’s own.',
  )
}

/** Finds the environment’s URLs: the process’s variables beat `.env.<name>`. */
export function readTarget(
  name: string,
  variables: Environment,
  root = findRoot(variables),
): Target {
  // DIRECT_CONNECTION_URL is another environment’s second URL.
  if (!/^[a-z][a-z0-9-]*$/.test(name) || /(^|-)direct$/.test(name)) {
    throw new UsageError(
      `${sayWord(name)} is no environment’s name: use lower-case letters, digits and dashes, ` +
        'such as local, test, staging or prod.',
    )
  }
  const file = readEnvFile(join(root, `.env.${name}`))
  const prefix = name === 'local' ? '' : `${name.toUpperCase().replaceAll('-', '_')}_`
  const urls = findUrls(prefix, variables, file) ?? findLocalUrls(name, root)
  if (!urls) throw new TargetError(adviceWithoutUrl(name, prefix, listNamed(variables, root)))
  for (const each of [urls.url, urls.directUrl]) refuseClearText(name, each)
  const keptBy = isProduction(name) ? undefined : findKeeper(name, urls, variables, root)
  return {
    environment: name,
    ...urls,
    disposable: isDisposable(name, file) && !keptBy,
    keptBy,
    setting: (variable) =>
      variables[`${prefix}${variable}`] || file[`${prefix}${variable}`] || file[variable],
  }
}

/**
 * A database’s two URLs, both from one place: a shell’s beside a file’s may be of two databases.
 * Undefined where neither place has one.
 */
export function findUrls(
  prefix: string,
  variables: Environment,
  file: Environment,
): Urls | undefined {
  const [one, direct] = [`${prefix}CONNECTION_URL`, `${prefix}DIRECT_CONNECTION_URL`]
  const place = [variables, file].find((each) => each[one])
  const isAlone = (each: Environment) => each[direct] && !each[one]
  if (isAlone(variables) || (!place && isAlone(file))) {
    throw new TargetError(`${direct} is set without ${one}: set both in one place.`)
  }
  const url = place?.[one]
  if (!url) return undefined
  const directUrl = place[direct] || url
  const names = [
    readConnectionUrl(url, one).database,
    readConnectionUrl(directUrl, direct).database,
  ]
  if (names[0] !== names[1]) {
    throw new TargetError(
      `${one} names the database ${names[0]} and ${direct} names ${names[1]}: ` +
        'they must be two ways to the same one.',
    )
  }
  return { url, directUrl }
}

function findLocalUrls(name: string, root: string): Urls | undefined {
  const url = name === 'local' ? readLocal(root).connectionUrl : undefined
  return url === undefined ? undefined : { url, directUrl: url }
}

function adviceWithoutUrl(name: string, prefix: string, named: NamedUrl[]) {
  const start = name === 'local' ? 'Start `pnpm dev`, or set' : 'Set'
  const others = ['local', 'test', 'staging', 'prod', ...named.map((each) => each.name)]
  const nearest = others.includes(name) ? undefined : findNearest(name, others)
  const guess = nearest ? ` Did you mean ${nearest}?` : ''
  const variable = `${prefix}CONNECTION_URL`
  return (
    `The environment ${name} has no database.${guess} ` +
    `${start} ${variable} in the environment or in .env.${name}.`
  )
}

interface NamedUrl {
  name: string
  url: string
}

/** Each URL of an environment that is in the process’s variables or in a file `.env.<name>`. */
function listNamed(variables: Environment, root: string): NamedUrl[] {
  const files = readdirSync(root, { withFileTypes: true })
    .filter((file) => /^\.env\.[a-z][a-z0-9-]*$/.test(file.name) && !file.isDirectory())
    .map((file) => readEnvFile(join(root, file.name)))
  return [variables, ...files].flatMap(Object.entries).flatMap(([variable, url]) => {
    const [, found] =
      /^(?!DIRECT_C)([A-Z][A-Z0-9_]*?)(?:_DIRECT)?_CONNECTION_URL$/.exec(variable) ?? []
    return found && url ? [{ name: found.toLowerCase().replaceAll('_', '-'), url }] : []
  })
}

/** Who names the same database and keeps its data: a tunnel to it ends on this machine, too. */
export function findKeeper(
  name: string,
  { url, directUrl }: Urls,
  variables: Environment,
  root: string,
): string | undefined {
  const places = [url, directUrl].map(findPlace)
  const others = listNamed(variables, root).filter((other) => other.name !== name)
  const keepers = others
    .filter((other) => places.includes(findPlace(other.url) ?? ''))
    .map((other) => other.name)
    .filter((other) => !isDisposable(other, readEnvFile(join(root, `.env.${other}`))))
  return keepers.find(isProduction) ?? keepers[0]
}

/** Undefined for a URL that leads nowhere. */
function findPlace(url: string): string | undefined {
  try {
    const { host, port, database } = readConnectionUrl(url)
    return JSON.stringify([isLoopback(host) ? 'localhost' : host.toLowerCase(), port, database])
  } catch {
    return undefined
  }
}

/** What may be tried out without TLS on the way is no place for people’s data. */
function refuseClearText(name: string, url: string) {
  const { host, tls } = readConnectionUrl(url)
  if (tls || isLoopback(host) || name === 'local' || name === 'test') return
  throw new TargetError(
    `sslmode=disable would send the password to ${host} in the clear, ` +
      'which only local and test may do: leave it out.',
  )
}

export const isProduction = (name: string) => /^prod(uction)?(-|$)/.test(name)

// Only the environment’s own file may say so: a variable left in a shell would hold for every one.
function isDisposable(name: string, file: Environment): boolean {
  if (isProduction(name)) return false
  return name === 'local' || name === 'test' || file.DISPOSABLE === '1'
}

interface LocalStack {
  connectionUrl: string
  cognitoUrl: string
  userPoolId: string
  people: SeedAccount[]
}

/** What `pnpm dev` wrote down of what it runs; empty when it does not run. */
export function readLocal(root = findRoot(process.env)): Partial<LocalStack> {
  const path = join(root, '.cruddur/local.json')
  if (!existsSync(path)) return {}
  try {
    const local: Partial<LocalStack> = JSON.parse(readFileSync(path, 'utf8'))
    if (local.connectionUrl !== undefined) readConnectionUrl(local.connectionUrl)
    return { ...local }
  } catch {
    throw new TargetError(
      `${path} does not say what runs: start \`pnpm dev\`, which writes it anew, ` +
        'or set CONNECTION_URL.',
    )
  }
}
