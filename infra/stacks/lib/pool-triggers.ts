import { ArnFormat, CustomResource, Duration, Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { Stage } from '../../src/stages.ts'
import { bundles, codeOf } from './bundles.ts'
import { retentionOf } from './data-policy.ts'

interface Triggers {
  preSignUp: LambdaFunction
  postConfirmation: LambdaFunction
}

/** Gives a pool that was there before us our triggers, and with its own end what it had before. */
export class PoolTriggers extends Construct {
  constructor(
    scope: Construct,
    id: string,
    stage: Stage,
    userPoolId: string,
    { preSignUp, postConfirmation }: Triggers,
  ) {
    super(scope, id)
    const poolArn = Stack.of(this).formatArn({
      service: 'cognito-idp',
      resource: 'userpool',
      resourceName: userPoolId,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    })
    const permissions = [preSignUp, postConfirmation].map((lambda) => {
      lambda.addPermission('Pool', {
        principal: new iam.ServicePrincipal('cognito-idp.amazonaws.com'),
        sourceArn: poolArn,
      })
      return lambda
    })
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: this.#createFunction(stage, poolArn).functionArn,
      serviceTimeout: Duration.minutes(2),
      properties: {
        UserPoolId: userPoolId,
        PreSignUp: preSignUp.functionArn,
        PostConfirmation: postConfirmation.functionArn,
      },
    })
    // Cognito may call them before the pool is told to.
    resource.node.addDependency(...permissions)
  }

  /** Outside the network, where AWS can be reached. */
  #createFunction(stage: Stage, poolArn: string) {
    const functionName = `cruddur-${stage.name}-pool-triggers`
    const logGroup = retentionOf(stage).createLogGroup(this, 'Logs', `/aws/lambda/${functionName}`)
    const actions = [
      'cognito-idp:DescribeUserPool',
      'cognito-idp:GetUserPoolMfaConfig',
      'cognito-idp:SetUserPoolMfaConfig',
      'cognito-idp:UpdateUserPool',
    ]
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        own: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logGroup.logGroupArn],
            }),
            new iam.PolicyStatement({ actions, resources: [poolArn] }),
          ],
        }),
      },
    })
    return new LambdaFunction(this, 'Function', {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: codeOf(bundles.poolTriggers),
      handler: bundles.poolTriggers.handler,
      role,
      logGroup,
      timeout: Duration.seconds(60),
    })
  }
}
