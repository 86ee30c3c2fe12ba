import { Stage as CdkStage, type StackProps, Tags } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { checkStage, type Stage } from '../../src/stages.ts'
import { ApiStack } from './api-stack.ts'
import { AuthStack } from './auth-stack.ts'
import { DatabaseStack } from './database-stack.ts'
import { NetworkStack } from './network-stack.ts'

/** One stage: four stacks, each built on those before it and on none after it. */
export class Cruddur extends CdkStage {
  readonly network: NetworkStack
  readonly database: DatabaseStack
  readonly auth: AuthStack
  readonly api: ApiStack

  constructor(scope: Construct, stage: Stage) {
    const { name, region, leaves } = checkStage(stage)
    super(scope, name, { env: { region } })
    const propsOf = (stack: string): StackProps => ({
      stackName: `cruddur-${name}-${stack}`,
      terminationProtection: leaves === 'everything',
    })
    this.network = new NetworkStack(this, 'network', stage, propsOf('network'))
    const { network } = this
    this.database = new DatabaseStack(this, 'database', stage, { ...propsOf('database'), network })
    const { database } = this
    this.auth = new AuthStack(this, 'auth', stage, { ...propsOf('auth'), network, database })
    const { auth } = this
    this.api = new ApiStack(this, 'api', stage, { ...propsOf('api'), network, database, auth })
    Tags.of(this).add('cruddur:stage', name)
  }
}
