import {
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
  GetUserPoolMfaConfigCommand,
  type LambdaConfigType,
  SetUserPoolMfaConfigCommand,
  UpdateUserPoolCommand,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider'

type Triggers = Pick<LambdaConfigType, 'PreSignUp' | 'PostConfirmation'>

/** What CloudFormation asks of a resource that is ours to make. */
export interface ResourceEvent {
  RequestType: 'Create' | 'Update' | 'Delete'
  ResponseURL: string
  StackId: string
  RequestId: string
  LogicalResourceId: string
  PhysicalResourceId?: string
  ResourceProperties: { UserPoolId: string; PreSignUp: string; PostConfirmation: string }
}

const cognito = new CognitoIdentityProviderClient({})
const names = ['PreSignUp', 'PostConfirmation'] as const

/** Attaches our triggers to a user pool; deleting the resource puts back what was there before. */
export async function handler(event: ResourceEvent): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event
  let said: { Status: string; PhysicalResourceId: string; Reason?: string }
  try {
    said = { Status: 'SUCCESS', PhysicalResourceId: await bringAbout(event) }
  } catch (error) {
    const PhysicalResourceId = event.PhysicalResourceId ?? 'nothing-attached'
    said = { Status: 'FAILED', PhysicalResourceId, Reason: String(error) }
  }
  const body = JSON.stringify({ StackId, RequestId, LogicalResourceId, ...said })
  await fetch(event.ResponseURL, { method: 'PUT', body })
}

/** The answer names the resource: the pool, and the triggers that it had before ours. */
async function bringAbout(event: ResourceEvent): Promise<string> {
  const { UserPoolId, ...ours } = event.ResourceProperties
  const known = readId(event.PhysicalResourceId)
  if (event.RequestType === 'Delete') {
    if (known) await changeTriggers(known.userPoolId, (now) => restore(now, ours, known.before))
    return event.PhysicalResourceId ?? ''
  }
  let before: Triggers = {}
  await changeTriggers(UserPoolId, (now) => {
    before = pick((name) => (now[name] === ours[name] ? undefined : now[name]))
    return ours
  })
  return known?.userPoolId === UserPoolId
    ? String(event.PhysicalResourceId)
    : JSON.stringify({ userPoolId: UserPoolId, before })
}

/** What somebody else has put in our place since stays. */
const restore = (now: Triggers, ours: Triggers, before: Triggers) =>
  pick((name) => (now[name] === ours[name] ? before[name] : now[name]))

const pick = (choose: (name: (typeof names)[number]) => string | undefined): Triggers =>
  Object.fromEntries(names.map((name) => [name, choose(name)]))

function readId(id = ''): { userPoolId: string; before: Triggers } | undefined {
  return id.startsWith('{') ? JSON.parse(id) : undefined
}

/** UpdateUserPool resets whatever it is not sent, so all of the pool is sent back to it. */
async function changeTriggers(UserPoolId: string, change: (now: Triggers) => Triggers) {
  const { UserPool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId }))
  if (!UserPool) throw new Error(`There is no user pool ${UserPoolId}`)
  const mfa = await cognito.send(new GetUserPoolMfaConfigCommand({ UserPoolId }))
  const former = UserPool.LambdaConfig ?? {}
  const attach = (LambdaConfig: LambdaConfigType) =>
    cognito.send(new UpdateUserPoolCommand({ ...settingsOf(UserPool), UserPoolId, LambdaConfig }))
  const setFactors = async () => {
    const { $metadata, ...factors } = mfa
    if ((mfa.MfaConfiguration ?? 'OFF') === 'OFF') return
    await cognito.send(new SetUserPoolMfaConfigCommand({ ...factors, UserPoolId }))
  }
  // What Cognito does not take back is refused here, before anything has changed.
  await setFactors()
  await attach({ ...former, ...change(former) })
  // UpdateUserPool knows a second factor by text message alone, and switches any other off.
  await setFactors().catch(async (error) => {
    await attach(former)
    await setFactors().catch(() => {
      throw new Error(`${UserPoolId} has no second factor now: switch it on again. ${error}`)
    })
    throw error
  })
}

/** What DescribeUserPool says, without what UpdateUserPool does not take. */
function settingsOf(pool: UserPoolType) {
  const {
    Id,
    Name,
    Arn,
    Status,
    CreationDate,
    LastModifiedDate,
    EstimatedNumberOfUsers,
    SchemaAttributes,
    AliasAttributes,
    UsernameAttributes,
    UsernameConfiguration,
    Domain,
    CustomDomain,
    SmsConfigurationFailure,
    EmailConfigurationFailure,
    MfaConfiguration,
    AdminCreateUserConfig,
    ...settings
  } = pool
  const { UnusedAccountValidityDays, ...admin } = AdminCreateUserConfig ?? {}
  const inPolicy = settings.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays !== undefined
  return {
    ...settings,
    ...(Name ? { PoolName: Name } : {}),
    // The old name of a setting of the password policy; the two together are refused.
    AdminCreateUserConfig: inPolicy ? admin : { ...admin, UnusedAccountValidityDays },
    ...(settings.SmsConfiguration ? { MfaConfiguration } : {}),
  }
}
