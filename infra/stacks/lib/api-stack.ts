import { CfnOutput, Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import type { Construct } from 'constructs'
import type { Stage } from '../../src/stages.ts'
import { addAlarm } from './alarm.ts'
import type { AuthStack } from './auth-stack.ts'
import { bundles } from './bundles.ts'
import { retentionOf } from './data-policy.ts'
import type { DatabaseStack } from './database-stack.ts'
import { keepWarm } from './keep-warm.ts'
import type { NetworkStack } from './network-stack.ts'
import { OwnFunction } from './own-function.ts'

interface ApiStackProps extends StackProps {
  network: NetworkStack
  database: DatabaseStack
  auth: AuthStack
}

/** The API behind an HTTP API, and the sweeper beside it. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, stage: Stage, props: ApiStackProps) {
    super(scope, id, props)
    const lambda = this.#createFunction(stage, props)
    const api = new apigateway.HttpApi(this, 'Api', {
      apiName: `cruddur-${stage.name}`,
      createDefaultStage: false,
      defaultIntegration: new HttpLambdaIntegration('Lambda', lambda, {
        scopePermissionToRoute: false,
      }),
    })
    // CORS, tokens and every answer are the app's own: one place decides, on every runtime.
    Validations.of(api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The app verifies tokens itself: the home feed reads without one too',
    })
    this.#createStage(stage, api)
    // Without the slash that the stage’s own URL ends in: paths are put after it as they are.
    new CfnOutput(this, 'Url', { value: api.apiEndpoint })
    addAlarm(
      this,
      stage,
      api.metricServerError({ period: Duration.minutes(5), statistic: 'sum' }),
      {
        id: 'ServerErrors',
        says: `cruddur-${stage.name} answers 5xx`,
        threshold: 5,
      },
    )
    this.#createSweeper(stage, props)
  }

  #createFunction(stage: Stage, { network, database, auth }: ApiStackProps) {
    const { lambda } = new OwnFunction(this, 'Function', stage, {
      name: 'api',
      bundle: bundles.api,
      network,
      group: network.apiGroup,
      database: database.address,
      user: 'cruddur_api',
      timeoutSeconds: 15,
      memoryMb: 1024,
      slowMs: 1000,
      environment: {
        FRONTEND_URL: stage.frontendUrl,
        AWS_COGNITO_USER_POOL_ID: auth.userPoolId,
        AWS_COGNITO_USER_POOL_CLIENT_ID: auth.clientId,
      },
    })
    keepWarm(this, 'Function', lambda, {
      version: '2.0',
      rawPath: '/livez',
      rawQueryString: '',
      headers: {},
      requestContext: { domainName: 'keep-warm', http: { method: 'GET', path: '/livez' } },
      isBase64Encoded: false,
    })
    return lambda
  }

  #createStage(stage: Stage, api: apigateway.HttpApi) {
    const domain = this.#createDomain(stage)
    new apigateway.HttpStage(this, 'Stage', {
      httpApi: api,
      autoDeploy: true,
      throttle: { rateLimit: stage.throttle.rate, burstLimit: stage.throttle.burst },
      accessLogSettings: {
        destination: new apigateway.LogGroupLogDestination(
          retentionOf(stage).createLogGroup(this, 'AccessLogs'),
        ),
        format: accessLogFormat,
      },
      ...(domain ? { domainMapping: { domainName: domain } } : {}),
    })
  }

  #createSweeper(stage: Stage, { network, database }: ApiStackProps) {
    const { lambda } = new OwnFunction(this, 'Sweeper', stage, {
      name: 'sweeper',
      bundle: bundles.sweeper,
      network,
      group: network.sweeperGroup,
      database: database.address,
      user: 'cruddur_api',
      timeoutSeconds: 240,
      memoryMb: 256,
      slowMs: 120_000,
    })
    new Rule(this, 'Sweeps', {
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaTarget(lambda, { retryAttempts: 0 })],
    })
  }

  #createDomain({ apiDomain }: Stage) {
    if (!apiDomain) return undefined
    const domain = new apigateway.DomainName(this, 'Domain', {
      domainName: apiDomain.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', apiDomain.certificateArn),
    })
    new CfnOutput(this, 'DomainTarget', { value: domain.regionalDomainName })
    return domain
  }
}

/** No address and no token: who asked is not for this log. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    time: '$context.requestTime',
    id: '$context.requestId',
    method: '$context.httpMethod',
    path: '$context.path',
    status: '$context.status',
    ms: '$context.responseLatency',
    error: '$context.integrationErrorMessage',
  }),
)
