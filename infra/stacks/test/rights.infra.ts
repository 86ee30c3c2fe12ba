import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { App } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { expect, it } from 'vitest'
import {
  connectionBudget,
  connectionsAtMost,
  connectionsPerProcess,
  type Stage,
  stages,
} from '../../src/stages.ts'
import { Cruddur } from '../lib/cruddur.ts'
import { moving, open, stageOf, synthesize } from './templates.ts'

const logs = ['logs:CreateLogStream', 'logs:PutLogEvents']
const interfaces = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
]
const ofPool = [
  'cognito-idp:DescribeUserPool',
  'cognito-idp:GetUserPoolMfaConfig',
  'cognito-idp:SetUserPoolMfaConfig',
  'cognito-idp:UpdateUserPool',
]

/** Each function’s actions and what they may be done to: all of it, nothing beside. */
const rights: Record<string, string[]> = {
  Migrator: [...logs, ...interfaces, 'rds-db:connect cruddur_migrator'],
  PreSignUp: [...logs, ...interfaces, 'rds-db:connect cruddur_post_confirmation'],
  Confirmation: [...logs, ...interfaces, 'rds-db:connect cruddur_post_confirmation'],
  Function: [...logs, ...interfaces, 'rds-db:connect cruddur_api'],
  Sweeper: [...logs, ...interfaces, 'rds-db:connect cruddur_api'],
  PoolTriggers: [...logs, ...ofPool],
}

interface Statement {
  Effect: string
  Action: string | string[]
  Resource: unknown
  Condition?: unknown
}

interface Policy {
  PolicyDocument: { Statement: Statement[] }
}

function readRights(stage: Stage) {
  const { ofType } = synthesize(stage)
  expect(JSON.stringify(ofType('AWS::IAM::Policy'))).not.toContain('lambda.amazonaws.com')
  const roles = ofType('AWS::IAM::Role').filter(([, { Properties }]) =>
    JSON.stringify(Properties.AssumeRolePolicyDocument).includes('lambda.amazonaws.com'),
  )
  return roles.map(([id, { Properties }]) => {
    const [, lambda] =
      ofType('AWS::Lambda::Function').find(([, each]) =>
        JSON.stringify(each.Properties.Role).includes(id.split('/')[1] ?? ''),
      ) ?? expect.fail(`${id} is nobody’s role`)
    expect(Properties.ManagedPolicyArns).toBeUndefined()
    const statements = (Properties.Policies as Policy[]).flatMap(
      (policy) => policy.PolicyDocument.Statement,
    )
    const name = /\/(\w+?)Role[0-9A-F]{8}$/.exec(id)?.[1] ?? id
    return { name, functionName: lambda.Properties.FunctionName, statements }
  })
}

it.each([...stages, moving])('gives no role of $name more than its function needs', (stage) => {
  for (const { name, functionName, statements } of readRights(stage)) {
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow')
    const found = allowed.flatMap(({ Action, Resource }) => {
      const user = /\/(cruddur_\w+)"/.exec(JSON.stringify(Resource))?.[1]
      return [Action].flat().map((action) => (user ? `${action} ${user}` : action))
    })
    expect({ [name]: found.sort() }).toEqual({ [name]: rights[name]?.toSorted() })
    const onAll = allowed.filter(({ Resource }) => Resource === '*').flatMap((each) => each.Action)
    const denied = statements.filter(({ Effect }) => Effect === 'Deny')
    expect(denied.flatMap((each) => each.Action)).toEqual(onAll)
    // To the code alone: denied to Lambda too, no function would ever start.
    for (const { Condition, Resource } of denied) {
      expect(Resource).toBe('*')
      expect(JSON.stringify(Condition)).toMatch(
        new RegExp(`^{"ArnEquals":{"lambda:SourceFunctionArn":.*:function:${functionName}"`),
      )
    }
  }
})

const withTunnel: Stage = {
  ...stageOf('dev'),
  name: 'tunnel',
  database: {
    ...{ size: 'micro', multiAz: false, backupDays: 1, isPublic: false, proxy: false },
    tunnel: true,
  },
}

it.each([...stages, moving, open, withTunnel])(
  'leaves no finding of AwsSolutions open in $name',
  (stage) => {
    const app = new App()
    const { violations } = new AwsSolutionsChecks(app).validateScope(new Cruddur(app, stage))
    expect(violations.map(({ ruleName }) => ruleName)).toEqual([])
  },
)

it.each(stages)('opens no more connections in $name than its database takes', (stage) => {
  const reserved = synthesize(stage)
    .ofType('AWS::Lambda::Function')
    .map(([, { Properties }]) => Number(Properties.ReservedConcurrentExecutions))
  const processes =
    'accountQuota' in stage.concurrency
      ? stage.concurrency.accountQuota
      : reserved.reduce((sum, each) => sum + each, 0)
  expect(connectionsAtMost(stage)).toBe(2 * processes * connectionsPerProcess)
  expect(connectionsAtMost(stage)).toBeLessThanOrEqual(connectionBudget(stage))
})

it('counts the connections that the functions really open', () => {
  const root = resolve(import.meta.dirname, '../../..')
  for (const file of ['api/src/lambda-database.ts', 'post-confirmation/src/lambda.ts']) {
    const size = /poolSize: (\d+)/.exec(readFileSync(join(root, 'apps', file), 'utf8'))?.[1]
    expect(Number(size)).toBe(connectionsPerProcess)
  }
})
