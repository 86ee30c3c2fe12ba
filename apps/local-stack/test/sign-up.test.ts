import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { openSession } from '@cruddur/db/admin'
import { afterAll, expect, it } from 'vitest'
import { callCognito } from '../src/cognito/call-cognito.ts'
import { confirmationCode, devPassword, localPool } from '../src/local-pool.ts'
import { getAccessToken } from '../src/token/get-access-token.ts'
import { findFreePort, openHouse } from './harness.ts'

const { userPoolId: UserPoolId, clientId: ClientId } = localPool

const house = await openHouse(afterAll)
const port = await findFreePort()
const dev = house.dev({ COGNITO_PORT: String(port) })
await dev.says('Stop ')
const local = await house.local()
const cognitoUrl = local?.cognitoUrl ?? ''
const session = openSession(local?.connectionUrl ?? '')
afterAll(() => session.close())

const ask = (target: string, input: Record<string, unknown>) =>
  callCognito(cognitoUrl, target, input)

const emailOf = (handle: string) => `${handle}@example.com`

const attributesOf = (handle: string) =>
  Object.entries({
    email: emailOf(handle),
    name: handle.toUpperCase(),
    preferred_username: handle,
  }).map(([Name, Value]) => ({ Name, Value }))

const signUp = (handle: string, email = emailOf(handle)) =>
  ask('SignUp', {
    ...{ ClientId, Username: email, Password: devPassword },
    UserAttributes: [...attributesOf(handle).slice(1), { Name: 'email', Value: email }],
  })

const confirm = (handle: string, ConfirmationCode = confirmationCode) =>
  ask('ConfirmSignUp', { ClientId, Username: emailOf(handle), ConfirmationCode })

async function signIn(handle: string, PASSWORD = devPassword) {
  const { AuthenticationResult } = await ask('InitiateAuth', {
    ...{ ClientId, AuthFlow: 'USER_PASSWORD_AUTH' },
    AuthParameters: { USERNAME: emailOf(handle), PASSWORD },
  })
  if (!AuthenticationResult) throw new Error(`${handle} got no tokens`)
  return AuthenticationResult
}

async function askMe(token: string) {
  const response = await fetch(`${house.apiUrl}/api/users/me`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const body: Record<string, string> = JSON.parse(await response.text())
  return { status: response.status, body }
}

const listRows = (handle: string) =>
  session.query<{ uuid: string; sub: string; email: string }>(
    'select uuid, cognito_user_id as sub, email from users where handle = $1',
    [handle],
  )

it('takes a person from signing up to being signed in', async () => {
  const { UserSub: sub } = await signUp('di')
  await expect(confirm('di', '000000')).rejects.toMatchObject({ name: 'CodeMismatchException' })
  await expect(signIn('di')).rejects.toMatchObject({ name: 'UserNotConfirmedException' })
  expect(await listRows('di')).toEqual([])
  await confirm('di')
  expect(await listRows('di')).toEqual([{ uuid: expect.anything(), sub, email: emailOf('di') }])

  await expect(signIn('di', 'Wrong-1234')).rejects.toThrow('Invalid password')
  const { AccessToken, IdToken } = await signIn('di')
  expect(await askMe(AccessToken)).toMatchObject({
    status: 200,
    body: { handle: 'di', display_name: 'DI', cognito_user_uuid: sub },
  })
  expect(await askMe(IdToken)).toEqual({ status: 401, body: ['generic_401'] })
})

it('refuses a taken handle before there is an account', async () => {
  await expect(signUp('Londo', 'somebody@example.com')).rejects.toMatchObject({
    name: 'UserLambdaValidationException',
    message: 'PreSignUp failed with error The handle Londo is taken. Please choose another one.',
  })
  const who = { UserPoolId, Username: 'somebody@example.com' }
  await expect(ask('AdminGetUser', who)).rejects.toMatchObject({ name: 'UserNotFoundException' })
})

it('makes the row of somebody whom an administrator created, on their first request', async () => {
  const who = { UserPoolId, Username: emailOf('ed') }
  const MessageAction = 'SUPPRESS'
  await ask('AdminCreateUser', { ...who, MessageAction, UserAttributes: attributesOf('ed') })
  await ask('AdminSetUserPassword', { ...who, Password: devPassword, Permanent: true })
  const { AccessToken } = await signIn('ed')
  expect(await listRows('ed')).toEqual([])
  const answers = await Promise.all([askMe(AccessToken), askMe(AccessToken)])
  expect(answers.map(({ status, body }) => [status, body.handle])).toEqual([
    [200, 'ed'],
    [200, 'ed'],
  ])
  expect(await listRows('ed')).toHaveLength(1)
})

it('gives the row back to who was deleted in Cognito and signs up again', async () => {
  const { UserSub: sub } = await signUp('fay')
  await confirm('fay')
  const before = await listRows('fay')
  await ask('AdminDeleteUser', { UserPoolId, Username: emailOf('fay') })
  const { UserSub: newSub } = await signUp('fay')
  expect(newSub).not.toBe(sub)
  expect(await listRows('fay')).toEqual(before)
  await confirm('fay')
  expect(await listRows('fay')).toEqual([{ ...before[0], sub: newSub }])
  const { AccessToken } = await signIn('fay')
  expect(await askMe(AccessToken)).toMatchObject({ status: 200, body: { uuid: before[0]?.uuid } })
})

it('signs out everywhere', async () => {
  const { AccessToken, IdToken, RefreshToken: REFRESH_TOKEN } = await signIn('bayko')
  const refresh = () =>
    ask('InitiateAuth', {
      ...{ ClientId, AuthFlow: 'REFRESH_TOKEN_AUTH' },
      AuthParameters: { REFRESH_TOKEN },
    })
  await refresh()
  const noToken = { name: 'NotAuthorizedException', message: 'Invalid Access Token' }
  for (const wrong of [IdToken, 'no.token', `${AccessToken.split('.')[0]}.e30.`]) {
    await expect(ask('GlobalSignOut', { AccessToken: wrong })).rejects.toMatchObject(noToken)
  }
  expect(await ask('GlobalSignOut', { AccessToken })).toEqual({})
  await expect(refresh()).rejects.toMatchObject({ name: 'NotAuthorizedException' })
})

it('sends a code again', async () => {
  await signUp('gil')
  const resend = (handle: string) =>
    ask('ResendConfirmationCode', { ClientId, Username: emailOf(handle) })
  expect((await resend('gil')).CodeDeliveryDetails).toEqual({
    ...{ AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'g***@e***' },
  })
  await confirm('gil')
  await expect(resend('gil')).rejects.toThrow('User is already confirmed.')
  await expect(resend('nobody')).rejects.toMatchObject({ name: 'UserNotFoundException' })
})

it('lets a page call it', async () => {
  const headers = 'cache-control,content-type,x-amz-target,x-amz-user-agent'
  const { status, headers: answered } = await fetch(cognitoUrl, {
    method: 'OPTIONS',
    headers: {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'POST',
      'access-control-request-headers': headers,
    },
  })
  expect(status).toBe(204)
  expect(answered.get('access-control-allow-origin')).toBe('*')
  expect(answered.get('access-control-allow-headers')).toBe(headers)
  expect(answered.get('access-control-allow-methods')).toContain('POST')
})

it('survives what it does not understand', async () => {
  const post = (target: string, body: string) =>
    fetch(cognitoUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `A.${target}` },
      body,
    })
  for (const target of ['SignUp', 'GlobalSignOut']) {
    for (const body of ['{', 'null', '[]', '7', '', 'x'.repeat(3_000_000)]) {
      expect((await post(target, body)).status).toBeGreaterThanOrEqual(400)
    }
  }
  expect((await post('Unknown', '{}')).status).toBe(500)
  expect((await post('ListUserPools', '{}')).status).toBe(200)
})

it('prints a token of whoever signs in with dev’s password', async () => {
  const program = resolve(import.meta.dirname, '../src/token/main.ts')
  const options = { env: { CRUDDUR_ROOT: house.root } }
  const printToken = (handle: string) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', program, handle], options)
  const { stdout, stderr } = await printToken('andrewbrown')
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  expect(stderr).toBe('')
  expect((await askMe(stdout.trim())).body).toMatchObject({ handle: 'andrewbrown' })
  await expect(printToken('nobody')).rejects.toMatchObject({
    ...{ code: 1, stdout: '' },
    stderr: expect.stringMatching(/^Nobody here has the handle nobody: .* andrewbrown, altbrown/),
  })
})

it('knows who can have a token, and says why somebody cannot', async () => {
  const state = join(house.root, '.cruddur')
  expect((await askMe(await getAccessToken(state, 'DI'))).body).toMatchObject({ handle: 'di' })
  await expect(getAccessToken(state, undefined)).rejects.toThrow('dev:token <handle>')
  await signUp('hal')
  await expect(getAccessToken(state, 'hal')).rejects.toThrow(
    'not confirmed yet: the code is 123456',
  )
  await confirm('hal')
  const who = { UserPoolId, Username: emailOf('hal') }
  await ask('AdminSetUserPassword', { ...who, Password: 'Own-12345', Permanent: true })
  await expect(getAccessToken(state, 'hal')).rejects.toThrow(`does not sign in with ${devPassword}`)
  await ask('AdminSetUserPassword', { ...who, Password: devPassword, Permanent: false })
  await expect(getAccessToken(state, 'hal')).rejects.toThrow('must choose a password')
})

it('tells other programs what they need', async () => {
  expect(cognitoUrl).toBe(`http://127.0.0.1:${port}`)
  expect(local).toMatchObject({ ...localPool, confirmationCode })
  expect(local?.people).toContainEqual({
    handle: 'andrewbrown',
    email: 'andrewbrown@example.com',
    sub: expect.any(String),
    password: devPassword,
  })
  expect(dev.output()).toContain(cognitoUrl)
  expect(dev.output()).toContain(`sign in with ${devPassword}`)
})

it('keeps who is who when the database is set up anew', async () => {
  const { AccessToken } = await signIn('andrewbrown')
  const program = resolve(import.meta.dirname, '../../../packages/db/src/cli/main.ts')
  const words = ['--import', 'tsx', program, 'setup', 'local', '--force']
  await promisify(execFile)(process.execPath, words, { env: { CRUDDUR_ROOT: house.root } })
  expect(await askMe(AccessToken)).toMatchObject({ status: 200, body: { handle: 'andrewbrown' } })
})
