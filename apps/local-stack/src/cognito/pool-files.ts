import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { people, type SeedPerson } from '@cruddur/db/admin'
import { devPassword, localPool } from '../local-pool.ts'

/** A person as cognito-local keeps them. */
export interface PoolUser {
  Username: string
  Password: string
  UserStatus: string
  Enabled: boolean
  Attributes: { Name: string; Value: string }[]
  RefreshTokens?: string[] | undefined
  UserCreateDate: string
  UserLastModifiedDate: string
}

interface PoolFile {
  Users: Record<string, PoolUser>
}

interface ClientsFile {
  Clients: Record<string, unknown>
}

const dataFile = (folder: string, name: string) => join(folder, '.cognito/db', `${name}.json`)

/** Where cognito-local, run in this folder, keeps the pool. */
export const poolFile = (folder: string) => dataFile(folder, localPool.userPoolId)

/** Writes what cognito-local starts from: our pool and client, and whom of the seeds it lacks. */
export async function preparePool(
  folder: string,
  lambdaUrl: string,
  print: (line: string) => void,
): Promise<PoolUser[]> {
  const clients = dataFile(folder, 'clients')
  await mkdir(join(folder, '.cognito/db'), { recursive: true, mode: 0o700 })
  await writeJson(join(folder, '.cognito/config.json'), configFor(lambdaUrl))
  const { Clients = {} } = (await findJson<ClientsFile>(clients, print)) ?? {}
  await writeJson(clients, { Clients: { ...Clients, [localPool.clientId]: client } })
  const pool = await findJson<PoolFile>(poolFile(folder), print)
  const Users = pool?.Users ?? {}
  const emails = new Set(Object.values(Users).map((user) => attributeOf(user, 'email')))
  const missing = people.filter(({ email }) => !emails.has(email))
  for (const user of missing.map(createUser)) Users[user.Username] = user
  // Each sign-in adds one, and each change writes all of them.
  for (const user of Object.values(Users)) user.RefreshTokens = user.RefreshTokens?.slice(-20)
  await writeJson(poolFile(folder), { ...pool, Users })
  return Object.values(Users)
}

export const attributeOf = ({ Attributes }: PoolUser, name: string) =>
  Attributes.find(({ Name }) => Name === name)?.Value

const configFor = (lambdaUrl: string) => ({
  LambdaClient: { endpoint: lambdaUrl, region: localPool.region },
  // Of a refusal the person reads "PreSignUp failed with error …", as from AWS: there it is the
  // trigger's name, here the function's.
  TriggerFunctions: { PreSignUp: 'PreSignUp', PostConfirmation: 'PostConfirmation' },
  UserPoolDefaults: { UsernameAttributes: ['email'], AutoVerifiedAttributes: ['email'] },
  TokenConfig: { IssuerDomain: `https://cognito-idp.${localPool.region}.amazonaws.com` },
})

const client = {
  ClientId: localPool.clientId,
  ClientName: 'Cruddur web',
  UserPoolId: localPool.userPoolId,
  ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  // AWS's defaults.
  AccessTokenValidity: 60,
  IdTokenValidity: 60,
  RefreshTokenValidity: 30,
  TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
}

function createUser({ email, displayName, handle }: SeedPerson): PoolUser {
  const sub = subOf(email)
  const now = new Date().toISOString()
  const attributes = {
    sub,
    email,
    email_verified: 'true',
    name: displayName,
    preferred_username: handle,
  }
  return {
    Username: sub,
    Password: devPassword,
    UserStatus: 'CONFIRMED',
    Enabled: true,
    Attributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    RefreshTokens: [],
    UserCreateDate: now,
    UserLastModifiedDate: now,
  }
}

/** Always the same, so that two working copies on one database agree on who is who. */
function subOf(email: string): string {
  const hex = createHash('sha256').update(email).digest('hex')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
}

/** A file that was cut off in the middle of a write is put aside. */
async function findJson<T extends PoolFile | ClientsFile>(
  path: string,
  print: (line: string) => void,
): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    await rename(path, `${path}.broken`)
    print(`${path} could not be read: it is now ${path}.broken, and Cognito starts without it.`)
    return undefined
  }
}

async function writeJson(path: string, value: unknown) {
  await writeFile(`${path}.new`, JSON.stringify(value, null, 2), { mode: 0o600 })
  await rename(`${path}.new`, path)
}
