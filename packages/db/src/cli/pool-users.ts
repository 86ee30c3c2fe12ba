import {
  CognitoIdentityProviderClient,
  ListUsersCommand,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider'
import { isLoopback, readConnectionUrl } from '../connection-url.ts'
import type { PoolUser } from '../reconcile.ts'
import { readLocal, type Target, TargetError } from './targets.ts'

export interface Pool {
  userPoolId: string
  endpoint: string
  /** Cognito’s place is taken by something on this machine. */
  isStandIn: boolean
}

// The most that Cognito answers at once.
const pageSize = 60

/** Every account of the environment’s user pool, page by page. */
export async function* listPoolUsers({ userPoolId, endpoint, isStandIn }: Pool) {
  const [region = ''] = userPoolId.split('_')
  const client = new CognitoIdentityProviderClient({
    region,
    // Always named: a variable that a shell holds for another purpose must not redirect us.
    endpoint,
    maxAttempts: 8,
    // The local stand-in asks for credentials and does not read them.
    ...(isStandIn ? { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } : {}),
  })
  let token: string | undefined
  try {
    do {
      const { Users = [], PaginationToken } = await client.send(
        new ListUsersCommand({ UserPoolId: userPoolId, Limit: pageSize, PaginationToken: token }),
      )
      yield Users.flatMap(readUser)
      token = PaginationToken
    } while (token)
  } finally {
    client.destroy()
  }
}

function readUser({ Attributes = [], UserStatus }: UserType): PoolUser[] {
  const attributes = new Map(Attributes.map(({ Name, Value }) => [Name, Value]))
  const sub = attributes.get('sub')
  // Cognito’s own are uuids.
  if (!sub || !/^[\w-]{1,64}$/.test(sub)) return []
  return [
    {
      sub,
      handle: attributes.get('preferred_username'),
      name: attributes.get('name'),
      email: attributes.get('email'),
      confirmed: UserStatus !== 'UNCONFIRMED',
      provesEmail:
        UserStatus === 'CONFIRMED' &&
        attributes.get('email_verified') === 'true' &&
        !attributes.has('identities'),
    },
  ]
}

/** Which pool belongs to the environment; for local the one that `pnpm dev` runs. */
export function findPool({ environment, directUrl, setting }: Target): Pool {
  const local = environment === 'local' ? readLocal() : {}
  const given = setting('AWS_COGNITO_USER_POOL_ID')
  const userPoolId = given ?? local.userPoolId
  if (!userPoolId) {
    throw new TargetError(
      `The environment ${environment} has no user pool: write AWS_COGNITO_USER_POOL_ID into .env.${environment}.`,
    )
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d_[A-Za-z0-9]+$/.test(userPoolId)) {
    throw new TargetError(`"${userPoolId}" is no user pool: it looks like us-east-1_AbCdEf123.`)
  }
  const [region] = userPoolId.split('_')
  const endpoint =
    setting('AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER') ??
    (given ? undefined : local.cognitoUrl) ??
    `https://cognito-idp.${region}.amazonaws.com`
  const isStandIn = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(endpoint)
  if (!isStandIn && !endpoint.startsWith('https://')) {
    throw new TargetError(`"${endpoint}" is no address of Cognito: it begins with https://.`)
  }
  if (isStandIn && !isLoopback(readConnectionUrl(directUrl).host)) {
    throw new TargetError(
      `${endpoint} is a stand-in on this machine, and the database is not: its accounts are nobody’s. Unset AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER.`,
    )
  }
  return { userPoolId, endpoint, isStandIn }
}
