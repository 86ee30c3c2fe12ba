import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2'
import * as iam from 'aws-cdk-lib/aws-iam'
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { FunctionName, Stage } from '../../src/stages.ts'
import { addAlarm } from './alarm.ts'
import { type Bundle, codeOf } from './bundles.ts'
import { retentionOf } from './data-policy.ts'
import type { DatabaseAddress } from './database-stack.ts'
import type { NetworkStack } from './network-stack.ts'

interface OwnFunctionProps {
  name: FunctionName
  bundle: Bundle
  network: NetworkStack
  group: ISecurityGroup
  database: DatabaseAddress
  /** The database's role, which the function logs in as. */
  user: string
  timeoutSeconds: number
  memoryMb: number
  environment?: Record<string, string>
  /** The longest it should take; longer is an alarm. */
  slowMs: number
}

const interfaces = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
]

/** A function in the VPC that logs in to Postgres with its own role, and may do nothing else. */
export class OwnFunction extends Construct {
  readonly lambda: LambdaFunction

  constructor(scope: Construct, id: string, stage: Stage, props: OwnFunctionProps) {
    super(scope, id)
    const { name, bundle, network, group, database, user, environment } = props
    const functionName = `cruddur-${stage.name}-${name}`
    const logGroup = retentionOf(stage).createLogGroup(this, 'Logs', `/aws/lambda/${functionName}`)
    const role = this.#createRole(functionName, logGroup.logGroupArn, database.arnOf(user))
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: codeOf(bundle),
      handler: bundle.handler,
      role,
      vpc: network.vpc,
      vpcSubnets: { subnets: network.subnets },
      securityGroups: [group],
      logGroup,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      reservedConcurrentExecutions:
        'accountQuota' in stage.concurrency ? undefined : stage.concurrency[name],
      environment: { ...environment, CONNECTION_URL: database.urlOf(user) },
    })
    addAlarm(this, stage, this.lambda.metricErrors({ period: Duration.minutes(5) }), {
      id: 'Errors',
      says: `${functionName} failed`,
      threshold: 1,
    })
    addAlarm(
      this,
      stage,
      this.lambda.metricDuration({ period: Duration.minutes(5), statistic: Stats.percentile(95) }),
      { id: 'Slow', says: `${functionName} is slow`, threshold: props.slowMs, periods: 3 },
    )
  }

  #createRole(functionName: string, logGroupArn: string, userArn: string) {
    const arn = Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        own: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logGroupArn],
            }),
            new iam.PolicyStatement({ actions: ['rds-db:connect'], resources: [userArn] }),
            new iam.PolicyStatement({ actions: interfaces, resources: ['*'] }),
            // Lambda itself makes the interfaces; the code that runs in it must not.
            new iam.PolicyStatement({
              effect: iam.Effect.DENY,
              actions: interfaces,
              resources: ['*'],
              conditions: { ArnEquals: { 'lambda:SourceFunctionArn': arn } },
            }),
          ],
        }),
      },
    })
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Lambda makes its network interfaces with it; the code is denied the same actions',
    })
    return role
  }
}
