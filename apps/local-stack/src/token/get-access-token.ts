import { type CognitoAnswer, CognitoRefusal, callCognito } from '../cognito/call-cognito.ts'
import { findLocalFile, type LocalFile } from '../local-file.ts'
import { devPassword } from '../local-pool.ts'

type Local = LocalFile & { cognitoUrl: string }

/** An access token of somebody in the local pool who signs in with dev's password. */
export async function getAccessToken(
  stateFolder: string,
  handle: string | undefined,
): Promise<string> {
  const local = await findRunning(stateFolder)
  const known = local.people.map((person) => person.handle).join(', ')
  if (!handle) throw new Error(`Whose? npx -y pnpm@12 dev:token <handle>, such as ${known}`)
  const email = await findEmail(local, handle)
  if (!email) {
    throw new Error(`Nobody here has the handle ${handle}: sign up, or take one of ${known}`)
  }
  const { AuthenticationResult } = await signIn(local, email)
  if (AuthenticationResult) return AuthenticationResult.AccessToken
  throw new Error(`${email} must choose a password of their own first: sign in in the front end.`)
}

async function findRunning(stateFolder: string): Promise<Local> {
  const local = await findLocalFile(stateFolder)
  if (!local) throw new Error('dev does not run here: start it with `npx -y pnpm@12 dev`')
  const { cognitoUrl, userPoolId } = local
  if (cognitoUrl) return { ...local, cognitoUrl }
  throw new Error(`dev uses your own pool ${userPoolId}: only signing in there gives a token.`)
}

async function findEmail({ people, ...local }: Local, handle: string): Promise<string | undefined> {
  const isMeant = (name: string | undefined) => name?.toLowerCase() === handle.toLowerCase()
  const person = people.find((each) => isMeant(each.handle))
  if (person) return person.email
  const { Users = [] } = await ask(local, 'ListUsers', { UserPoolId: local.userPoolId })
  for (const { Attributes } of Users) {
    const read = (name: string) => Attributes.find(({ Name }) => Name === name)?.Value
    if (isMeant(read('preferred_username')) || isMeant(read('email'))) return read('email')
  }
  return undefined
}

async function signIn(local: Local, email: string): Promise<CognitoAnswer> {
  try {
    return await ask(local, 'InitiateAuth', {
      ClientId: local.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: devPassword },
    })
  } catch (error) {
    if (!(error instanceof CognitoRefusal)) throw error
    if (error.name === 'UserNotConfirmedException') {
      const code = local.confirmationCode
      throw new Error(`${email} is not confirmed yet: the code is ${code}`, { cause: error })
    }
    throw new Error(
      `${email} does not sign in with ${devPassword} (${error.message}): ` +
        'a token is only for those who do.',
      { cause: error },
    )
  }
}

async function ask(
  { cognitoUrl }: Pick<Local, 'cognitoUrl'>,
  target: string,
  input: Record<string, unknown>,
): Promise<CognitoAnswer> {
  try {
    return await callCognito(cognitoUrl, target, input)
  } catch (cause) {
    if (cause instanceof CognitoRefusal) throw cause
    const message = `Cognito does not answer at ${cognitoUrl}: start \`npx -y pnpm@12 dev\``
    throw new Error(message, { cause })
  }
}
