import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { type Stage, stages } from '../../src/stages.ts'
import { Cruddur } from '../lib/cruddur.ts'

export interface Resource {
  Type: string
  // A template’s properties are as deep and as many as AWS likes.
  Properties: Record<string, unknown>
  DependsOn?: string[]
  DeletionPolicy?: string
  UpdateReplacePolicy?: string
}

/** A stage as CloudFormation would be given it. */
export function synthesize(stage: Stage) {
  const cruddur = new Cruddur(new App(), stage)
  const { network, database, auth, api } = cruddur
  const stacks = { network, database, auth, api }
  const templates = Object.fromEntries(
    Object.entries(stacks).map(([name, stack]) => [name, Template.fromStack(stack)]),
  )
  const resources = new Map<string, Resource>()
  for (const [name, template] of Object.entries(templates)) {
    for (const [id, resource] of Object.entries(template.toJSON().Resources)) {
      resources.set(`${name}/${id}`, resource as Resource)
    }
  }
  return {
    cruddur,
    resources,
    ofType: (type: string) => [...resources].filter(([, { Type }]) => Type === type),
  }
}

export const stageOf = (name: string): Stage => {
  const stage = stages.find((each) => each.name === name)
  if (!stage) throw new Error(`There is no stage ${name}`)
  return stage
}

/** The bootcamp’s own: nothing of it may be made anew. */
export const moving: Stage = {
  ...stageOf('staging'),
  name: 'moving',
  network: { vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2'], reachesCognito: false },
  database: {
    dbEndpoint: 'cruddur-db-instance.abc.us-east-1.rds.amazonaws.com',
    dbSecurityGroupId: 'sg-database',
    dbResourceId: 'db-ABC',
    size: 'micro',
  },
  userPool: { userPoolId: 'us-east-1_AbCdEf123', clientId: 'client1' },
}

/** With all that a stage may switch on, but for the tunnel. */
export const open: Stage = {
  ...stageOf('dev'),
  name: 'open',
  database: { size: 'micro', multiAz: false, backupDays: 1, isPublic: true, proxy: true },
  apiDomain: { name: 'api.cruddur.com', certificateArn: 'arn:aws:acm:us-east-1:1:certificate/1' },
  alarmTopicArn: 'arn:aws:sns:us-east-1:123456789012:alarms',
  emailFrom: 'hello@cruddur.com',
}
