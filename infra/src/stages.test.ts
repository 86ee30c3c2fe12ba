import { expect, it } from 'vitest'
import { checkStage, type Stage, stages } from './stages.ts'

const [dev] = stages as [Stage]

it('takes the stages as they are', () => {
  expect(stages.map(checkStage).map(({ name }) => name)).toEqual(['dev', 'staging', 'prod'])
})

it('says everything that contradicts itself at once', () => {
  const theirs = {
    dbEndpoint: 'host',
    dbSecurityGroupId: 'sg-1',
    dbResourceId: 'db-1',
    size: 'micro' as const,
  }
  const wrong = {
    ...dev,
    zones: ['us-east-1a'],
    database: theirs,
    concurrency: { accountQuota: 1000 },
  }
  expect(() => checkStage(wrong)).toThrow(
    /dev cannot be:\n {2}zones names .*\n {2}dbEndpoint is in no network.*\n {2}the functions may open 2000 connections and the database has 97/,
  )
})

const network = { cidr: '10.20.0.0/20', cognitoZones: 1, flowLog: false }
const existing = { vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2'], reachesCognito: true }
const database = {
  size: 'micro' as const,
  multiAz: false,
  backupDays: 1,
  isPublic: false,
  proxy: false,
}

it.each<[string, Partial<Stage>]>([
  ['zones names us-east-1a, us-east-1b, not all of them in eu-west-1', { region: 'eu-west-1' }],
  ['isPublic and tunnel want', { network: existing, database: { ...database, isPublic: true } }],
  ['isPublic and tunnel want', { network: existing, database: { ...database, tunnel: true } }],
  ['backupDays is no number from 1 to 35', { database: { ...database, backupDays: 40 } }],
  ['backupDays is no number from 1 to 35', { database: { ...database, backupDays: 0 } }],
  ['cognitoZones is no number from 1 to 2', { network: { ...network, cognitoZones: 0 } }],
  ['cognitoZones is no number from 1 to 2', { network: { ...network, cognitoZones: 3 } }],
])('refuses what AWS would: %s', (problem, wrong) => {
  expect(() => checkStage({ ...dev, ...wrong })).toThrow(`The stage dev cannot be:\n  ${problem}`)
})

it('lets more functions run behind a proxy than the database takes connections', () => {
  const crowd = { ...dev, concurrency: { accountQuota: 1000 } }
  expect(() => checkStage(crowd)).toThrow('may open 2000 connections')
  expect(checkStage({ ...crowd, database: { ...database, proxy: true } }).name).toBe('dev')
})
