import { expect, it } from 'vitest'
import { checkStage, type Stage, stages } from './stages.ts'

const [dev] = stages as [Stage]

it('takes the stages as they are', () => {
  expect(stages.map(checkStage).map(({ name }) => name)).toEqual(['dev', 'staging', 'prod'])
})

it('says everything that contradicts itself at once', () => {
  const database = {
    dbEndpoint: 'host',
    dbSecurityGroupId: 'sg-1',
    dbResourceId: 'db-1',
    size: 'micro' as const,
  }
  const wrong = { ...dev, zones: ['us-east-1a'], database, concurrency: { accountQuota: 1000 } }
  expect(() => checkStage(wrong)).toThrow(
    /dev cannot be:\n {2}zones names .*\n {2}dbEndpoint is in no network.*\n {2}the functions may open 2000 connections and the database has 97/,
  )
})
