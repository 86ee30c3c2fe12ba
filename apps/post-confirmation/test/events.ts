import { randomUUID } from 'node:crypto'

type Attributes = Record<string, string | undefined>

/** An event as Cognito sends it; an attribute that is undefined is not there. */
export const eventOf = (triggerSource: string, attributes: Attributes) => ({
  version: '1',
  region: 'eu-central-1',
  userPoolId: 'eu-central-1_Cruddur00',
  userName: attributes.sub ?? randomUUID(),
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'cruddur-web' },
  triggerSource,
  request: {
    userAttributes: Object.fromEntries(
      Object.entries(attributes).filter(([, value]) => value !== undefined),
    ),
  },
  response: {},
})

/** Before there is an account: the form's fields and no sub. */
export const signUp = (handle: string | undefined, more: Attributes = {}) =>
  eventOf('PreSignUp_SignUp', {
    name: handle,
    email: `${handle}@example.com`,
    preferred_username: handle,
    ...more,
  })

/** After the code that was mailed has been typed in. */
export const confirmation = (handle: string, more: Attributes = {}) =>
  eventOf('PostConfirmation_ConfirmSignUp', {
    sub: randomUUID(),
    'cognito:user_status': 'CONFIRMED',
    email_verified: 'true',
    name: handle.toUpperCase(),
    email: `${handle}@example.com`,
    preferred_username: handle,
    ...more,
  })
