import { expect, it } from 'vitest'
import { moving, stageOf, synthesize } from './templates.ts'

const keepers = ['AWS::RDS::DBInstance', 'AWS::Cognito::UserPool']

it('keeps prod’s data when its stacks are deleted or replace it', () => {
  const { cruddur, resources } = synthesize(stageOf('prod'))
  const data = [...resources.values()].filter(({ Type }) => keepers.includes(Type))
  expect(data).toHaveLength(2)
  for (const { DeletionPolicy, UpdateReplacePolicy, Properties } of data) {
    expect({ DeletionPolicy, UpdateReplacePolicy }).toEqual({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    })
    expect([true, 'ACTIVE']).toContain(Properties.DeletionProtection)
  }
  const { network, database, auth, api } = cruddur
  for (const stack of [network, database, auth, api]) {
    expect(stack.terminationProtection).toBe(true)
  }
})

it('leaves a snapshot of staging, and nothing of dev', () => {
  const left = ['staging', 'dev'].map((name) =>
    synthesize(stageOf(name))
      .ofType('AWS::RDS::DBInstance')
      .map(([, each]) => each.DeletionPolicy),
  )
  expect(left).toEqual([['Snapshot'], ['Delete']])
})

it.each(['dev', 'staging', 'prod'])('keeps %s’s database private and encrypted', (name) => {
  const [instance] = synthesize(stageOf(name)).ofType('AWS::RDS::DBInstance')
  expect(instance?.[1].Properties).toMatchObject({
    PubliclyAccessible: false,
    StorageEncrypted: true,
    EnableIAMDatabaseAuthentication: true,
    ManageMasterUserPassword: true,
    MultiAZ: name === 'prod',
    Port: '5432',
    DBName: 'cruddur',
  })
})

it('makes nothing anew of what a stage names', () => {
  const { resources, ofType } = synthesize(moving)
  const types = [...resources.values()].map(({ Type }) => Type)
  for (const type of [...keepers, 'AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::RDS::DBProxy']) {
    expect(types).not.toContain(type)
  }
  const [attached] = ofType('AWS::CloudFormation::CustomResource')
  expect(attached?.[1].Properties).toMatchObject({ UserPoolId: 'us-east-1_AbCdEf123' })
})
