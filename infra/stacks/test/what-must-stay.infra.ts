import { Template } from 'aws-cdk-lib/assertions'
import { expect, it } from 'vitest'
import { proxyPercent, type Stage } from '../../src/stages.ts'
import { moving, open, type Resource, stageOf, synthesize } from './templates.ts'

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })
const subnetOf = (kind: string) => ({ 'Fn::ImportValue': expect.stringContaining(`Vpc${kind}`) })
const imported = (name: string) => ({ 'Fn::ImportValue': expect.stringContaining(name) })
const urlOf = (user: string, host: unknown, parameters = '') => ({
  'Fn::Join': ['', [`postgres://${user}@`, host, `:5432/cruddur?auth=iam${parameters}`]],
})
const throughProxy = (user: string) =>
  urlOf(user, imported('open-database:ExportsOutputFnGetAttProxyEndpoint'), '&prepare=false')

const onLambda = (name: string, Timeout: number, Variables: object) => ({
  ...{ FunctionName: `cruddur-open-${name}`, Runtime: 'nodejs24.x', Architectures: ['arm64'] },
  ...{ Timeout, Environment: { Variables } },
})
const ofTriggers = {
  NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
  CONNECTION_URL: throughProxy('cruddur_post_confirmation'),
}
const ofApi = {
  FRONTEND_URL: 'http://localhost:3000',
  AWS_COGNITO_USER_POOL_ID: imported('open-auth:ExportsOutputRefUserPool'),
  AWS_COGNITO_USER_POOL_CLIENT_ID: imported('open-auth:ExportsOutputRefUserPoolWeb'),
  CONNECTION_URL: throughProxy('cruddur_api'),
}
const instance = { 'Fn::GetAtt': ['Instance', 'Endpoint.Address'] }
const functions = [
  onLambda('migrator', 900, { CONNECTION_URL: urlOf('cruddur_migrator', instance) }),
  onLambda('pre-sign-up', 5, ofTriggers),
  onLambda('post-confirmation', 5, ofTriggers),
  onLambda('api', 15, ofApi),
  onLambda('sweeper', 240, { CONNECTION_URL: throughProxy('cruddur_api') }),
]

const calls = (id: string, every: string, Input?: unknown) => ({
  ScheduleExpression: `rate(${every})`,
  State: 'ENABLED',
  Targets: [{ Arn: arnOf(id), ...(Input ? { Input } : {}) }],
})
const rules = [
  calls('PreSignUpFunction', '1 day', '{"triggerSource":"KeepWarm"}'),
  calls('ConfirmationFunction', '1 day', '{"triggerSource":"KeepWarm"}'),
  calls('Function', '1 day', expect.stringMatching(/"rawPath":"\/livez".*"path":"\/livez"/)),
  calls('SweeperFunction', '5 minutes'),
]

const [prod, dev] = [stageOf('prod'), stageOf('dev')]
const triggers = {
  PreSignUp: arnOf('PreSignUpFunction'),
  PostConfirmation: arnOf('ConfirmationFunction'),
}
const attached = {
  ...triggers,
  DependsOn: expect.arrayContaining(['PreSignUpFunctionPool', 'ConfirmationFunctionPool']),
}
const heard = { AlarmActions: [open.alarmTopicArn], OKActions: [open.alarmTopicArn] }
const throttle = { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 }
const client = {
  GenerateSecret: false,
  ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
}

/** All resources of a type in a stage, in order, and what each must say. */
const rows: [string, Stage, object[]][] = [
  ['AWS::Lambda::Function', open, functions],
  ['AWS::Events::Rule', dev, rules],
  ['AWS::CloudWatch::Alarm', open, Array(13).fill(heard)],
  ['AWS::Cognito::UserPool', dev, [{ LambdaConfig: triggers }]],
  ['AWS::Cognito::UserPoolClient', dev, [client]],
  ['AWS::CloudFormation::CustomResource', moving, [attached]],
  ['AWS::RDS::DBParameterGroup', dev, [{ Parameters: { 'rds.force_ssl': '1' } }]],
  ['AWS::RDS::DBInstance', dev, [{ DBParameterGroupName: { Ref: 'Parameters' } }]],
  ['AWS::RDS::DBInstance', prod, [{ BackupRetentionPeriod: 30 }]],
  ['AWS::RDS::DBSubnetGroup', dev, [{ SubnetIds: Array(2).fill(subnetOf('isolated')) }]],
  ['AWS::RDS::DBSubnetGroup', open, [{ SubnetIds: Array(2).fill(subnetOf('public')) }]],
  ['AWS::RDS::DBProxy', open, [{ DBProxyName: 'cruddur-open' }]],
  [
    'AWS::RDS::DBProxyTargetGroup',
    open,
    [{ ConnectionPoolConfigurationInfo: { MaxConnectionsPercent: proxyPercent } }],
  ],
  ['AWS::ApiGatewayV2::Stage', prod, [{ AutoDeploy: true, DefaultRouteSettings: throttle }]],
  [
    'AWS::ApiGatewayV2::ApiMapping',
    open,
    [{ ApiId: { Ref: 'Api' }, DomainName: { Ref: 'Domain' } }],
  ],
]

const named = rows.map(([type, stage, expected]) => ({ type, stage, expected }))
it.each(named)('keeps each $type of $stage.name', ({ type, stage, expected }) => {
  const found = synthesize(stage)
    .ofType(type)
    .map(([, resource]) => readPlainly(resource))
  expect(found).toMatchObject(expected)
})

/** Without the hash that CDK adds to each name. */
function readPlainly({ Properties, DependsOn }: Resource) {
  const text = JSON.stringify({ ...Properties, DependsOn })
  return JSON.parse(text.replaceAll(/(?<=[a-z])[0-9A-F]{8}(?=["A-Z])/g, ''))
}

it('says where the API is as paths are put after it', () => {
  const { cruddur } = synthesize(dev)
  const { Url } = Template.fromStack(cruddur.api).findOutputs('Url')
  expect(Url?.Value).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Api/), 'ApiEndpoint'] })
})
