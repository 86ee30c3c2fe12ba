import { readBody } from '@cruddur/auth'
import { z } from 'zod'

/** What Cognito knows of the person whose token it is shown. */
export interface CognitoUser {
  sub: string
  handle: string | undefined
  name: string | undefined
  email: string | undefined
}

/** Undefined when Cognito does not take the token any more: it was revoked, or the user deleted. */
export type GetUser = (accessToken: string) => Promise<CognitoUser | undefined>

/** A token without it may not ask who it belongs to. */
export const getUserScope = 'aws.cognito.signin.user.admin'

export class CognitoUnavailableError extends Error {
  override name = 'CognitoUnavailableError'
}

const answerSchema = z.object({
  __type: z.string().default(''),
  UserAttributes: z.array(z.object({ Name: z.string(), Value: z.string().optional() })).default([]),
})

// What Cognito calls a token whose person may not sign in any more, or not yet.
const refusals = /NotAuthorized|UserNotFound|UserNotConfirmed|PasswordResetRequired/

/** Cognito's GetUser: no credentials of ours, the token itself is what lets us ask. */
export function createGetUser(endpoint: string): GetUser {
  return async (accessToken) => {
    const { status, answer } = await ask(endpoint, accessToken)
    if (refusals.test(answer.__type)) return undefined
    const attributes = new Map(answer.UserAttributes.map(({ Name, Value }) => [Name, Value]))
    const sub = attributes.get('sub')
    if (!sub) throw new CognitoUnavailableError(`GetUser answered ${status} ${answer.__type}`)
    return {
      sub,
      handle: attributes.get('preferred_username'),
      name: attributes.get('name'),
      email: attributes.get('email'),
    }
  }
}

const rememberedMs = 5_000
const rememberedRefusals = 1_000

/**
 * Asks once for all who show the same token at the same time, and for some seconds not again where
 * Cognito does not take it: a page with a stale one calls many routes, again and again. Not for
 * Workers, where no request may await what another has begun.
 */
export function askOnce(getUser: GetUser): GetUser {
  const flights = new Map<string, Promise<CognitoUser | undefined>>()
  const refusedAt = new Map<string, number>()
  async function askAndRemember(accessToken: string) {
    try {
      const user = await getUser(accessToken)
      if (refusedAt.size >= rememberedRefusals) refusedAt.clear()
      if (!user) refusedAt.set(accessToken, Date.now())
      return user
    } finally {
      flights.delete(accessToken)
    }
  }
  return async (accessToken) => {
    if (Date.now() - (refusedAt.get(accessToken) ?? 0) < rememberedMs) return undefined
    const flight = flights.get(accessToken) ?? askAndRemember(accessToken)
    flights.set(accessToken, flight)
    return flight
  }
}

async function ask(endpoint: string, accessToken: string) {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityProviderService.GetUser',
      },
      body: JSON.stringify({ AccessToken: accessToken }),
      redirect: 'error',
      signal: AbortSignal.timeout(3000),
    })
    return {
      status: response.status,
      answer: answerSchema.parse(JSON.parse(await readBody(response))),
    }
  } catch (cause) {
    throw new CognitoUnavailableError('GetUser gave no answer', { cause })
  }
}
