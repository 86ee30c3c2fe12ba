import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { localPool } from '../local-pool.ts'
import { type CognitoAnswer, CognitoRefusal, callCognito } from './call-cognito.ts'
import type { PoolUser } from './pool-files.ts'

type Input = Record<string, unknown>

/** Answers a call, or throws a CognitoRefusal. */
export type Target = (input: Input) => Promise<CognitoAnswer>

interface Upstream {
  url: () => Promise<string>
  /** Where it keeps the pool. */
  poolFile: string
}

const { userPoolId, clientId } = localPool

/** What the front end calls and cognito-local does not have. */
export const createMissingTargets = (upstream: Upstream): Map<string, Target> =>
  new Map([
    ['GlobalSignOut', (input) => signOutEverywhere(upstream, input)],
    ['ResendConfirmationCode', (input) => resendCode(upstream, input)],
  ])

/** Ends the person's refresh tokens; access tokens live on until they expire. */
async function signOutEverywhere({ url, poolFile }: Upstream, input: Input) {
  const accessToken = readText(input, 'AccessToken')
  requireUsable(accessToken)
  const endpoint = await url()
  const { Username } = await callCognito(endpoint, 'GetUser', { AccessToken: accessToken }).catch(
    () => refuse('NotAuthorizedException', 'Invalid Access Token'),
  )
  for (const token of await listRefreshTokens(poolFile, Username ?? '')) {
    await callCognito(endpoint, 'RevokeToken', { ClientId: clientId, Token: token })
  }
  return {}
}

/** cognito-local believes every token; one that anybody can see is none is not taken here. */
function requireUsable(token: string) {
  try {
    const [, payload = ''] = token.split('.')
    const claims: Record<string, unknown> = JSON.parse(Buffer.from(payload, 'base64url').toString())
    if (claims.token_use === 'access' && Number(claims.exp) * 1000 > Date.now()) return
  } catch {}
  refuse('NotAuthorizedException', 'Invalid Access Token')
}

/** No call of cognito-local tells them, its file does; which may just be written. */
async function listRefreshTokens(poolFile: string, username: string): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { Users }: { Users: Record<string, PoolUser> } = JSON.parse(
        await readFile(poolFile, 'utf8'),
      )
      return Users[username]?.RefreshTokens ?? []
    } catch (error) {
      if (attempt === 5) throw error
      await delay(20)
    }
  }
}

/** The code is the same for everybody, so nothing changes. */
async function resendCode({ url }: Upstream, input: Input) {
  const username = readText(input, 'Username')
  if (readText(input, 'ClientId') !== clientId) {
    refuse('ResourceNotFoundException', `User pool client ${input.ClientId} does not exist.`)
  }
  const who = { UserPoolId: userPoolId, Username: username }
  const user = await callCognito(await url(), 'AdminGetUser', who)
  if (user.UserStatus !== 'UNCONFIRMED') {
    refuse('InvalidParameterException', 'User is already confirmed.')
  }
  const email = user.UserAttributes?.find(({ Name }) => Name === 'email')?.Value ?? username
  const Destination = email.replace(/^(.)[^@]*@(.).*$/, '$1***@$2***')
  return { CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination } }
}

function readText(input: Input, name: string): string {
  const text = input[name]
  if (typeof text === 'string' && text !== '') return text
  return refuse('InvalidParameterException', `Missing required parameter ${name}`)
}

function refuse(name: string, message: string): never {
  throw new CognitoRefusal(name, message)
}
