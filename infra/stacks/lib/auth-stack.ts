import { CfnOutput, Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib'
import * as cognito from 'aws-cdk-lib/aws-cognito'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { FunctionName, Stage } from '../../src/stages.ts'
import { bundles } from './bundles.ts'
import { retentionOf } from './data-policy.ts'
import type { DatabaseStack } from './database-stack.ts'
import { keepWarm } from './keep-warm.ts'
import type { NetworkStack } from './network-stack.ts'
import { OwnFunction } from './own-function.ts'
import { PoolTriggers } from './pool-triggers.ts'

interface AuthStackProps extends StackProps {
  network: NetworkStack
  database: DatabaseStack
}

/** The user pool, and what it asks when a person signs up. */
export class AuthStack extends Stack {
  readonly userPoolId: string
  readonly clientId: string

  constructor(scope: Construct, id: string, stage: Stage, props: AuthStackProps) {
    super(scope, id, props)
    const preSignUp = this.#createTrigger('PreSignUp', 'pre-sign-up', stage, props)
    const postConfirmation = this.#createTrigger('Confirmation', 'post-confirmation', stage, props)
    if (stage.userPool) {
      const { userPoolId, clientId } = stage.userPool
      this.userPoolId = userPoolId
      this.clientId = clientId
      new PoolTriggers(this, 'PoolTriggers', stage, userPoolId, { preSignUp, postConfirmation })
    } else {
      const pool = createPool(this, stage)
      pool.addTrigger(cognito.UserPoolOperation.PRE_SIGN_UP, preSignUp)
      pool.addTrigger(cognito.UserPoolOperation.POST_CONFIRMATION, postConfirmation)
      this.userPoolId = pool.userPoolId
      this.clientId = createClient(pool).userPoolClientId
    }
    new CfnOutput(this, 'UserPoolId', { value: this.userPoolId })
    new CfnOutput(this, 'ClientId', { value: this.clientId })
  }

  #createTrigger(
    id: string,
    name: FunctionName,
    stage: Stage,
    { network, database }: AuthStackProps,
  ): LambdaFunction {
    const { lambda } = new OwnFunction(this, id, stage, {
      name,
      bundle: bundles.triggers,
      network,
      group: network.triggerGroup,
      database: database.address,
      user: 'cruddur_post_confirmation',
      // Cognito waits no longer.
      timeoutSeconds: 5,
      memoryMb: 512,
      slowMs: 3000,
      environment: { NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' },
    })
    keepWarm(this, id, lambda, { triggerSource: 'KeepWarm' })
    return lambda
  }
}

function createPool(scope: Stack, stage: Stage) {
  const { isKept, removalPolicy } = retentionOf(stage)
  const pool = new cognito.UserPool(scope, 'UserPool', {
    userPoolName: `cruddur-${stage.name}`,
    featurePlan: cognito.FeaturePlan.LITE,
    selfSignUpEnabled: true,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    autoVerify: { email: true },
    keepOriginal: { email: true },
    standardAttributes: {
      email: { required: true, mutable: true },
      fullname: { required: true, mutable: true },
      preferredUsername: { required: true, mutable: true },
    },
    passwordPolicy: {
      minLength: 8,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
    },
    accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
    ...(stage.emailFrom
      ? { email: cognito.UserPoolEmail.withSES({ fromEmail: stage.emailFrom }) }
      : {}),
    deletionProtection: isKept,
    removalPolicy,
  })
  Validations.of(pool).acknowledge(
    { id: 'AwsSolutions-COG2', reason: 'The front end has no page for a second factor' },
    { id: 'AwsSolutions-COG8', reason: 'Nothing of the Plus plan is used, at 0.02 USD a person' },
  )
  return pool
}

/** The front end’s: it signs in with SRP and keeps no secret. */
function createClient(pool: cognito.UserPool) {
  return pool.addClient('Web', {
    generateSecret: false,
    authFlows: { userSrp: true },
    disableOAuth: true,
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    accessTokenValidity: Duration.hours(1),
    idTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.days(30),
  })
}
