import { ArnFormat, Duration, Fn, Stack, type StackProps, Validations } from 'aws-cdk-lib'
import { ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import * as rds from 'aws-cdk-lib/aws-rds'
import type { Construct } from 'constructs'
import {
  connectionBudget,
  type DatabaseSettings,
  proxyPercent,
  type Stage,
} from '../../src/stages.ts'
import { addAlarm } from './alarm.ts'
import { bundles } from './bundles.ts'
import { retentionOf } from './data-policy.ts'
import type { NetworkStack } from './network-stack.ts'
import { OwnFunction } from './own-function.ts'

/** Where Postgres answers, and how a role of it is named to IAM. */
export interface DatabaseAddress {
  urlOf(user: string): string
  arnOf(user: string): string
}

/** Postgres, and the function that keeps its tables up to date. */
export class DatabaseStack extends Stack {
  readonly address: DatabaseAddress

  constructor(scope: Construct, id: string, stage: Stage, props: DatabaseStackProps) {
    super(scope, id, props)
    const { network } = props
    const { database } = stage
    let direct: DatabaseAddress
    if ('dbEndpoint' in database) {
      direct = this.#addressOf(database.dbEndpoint, database.dbResourceId)
      this.address = direct
    } else {
      const instance = createInstance(this, stage, database, network)
      direct = this.#addressOf(instance.dbInstanceEndpointAddress, resourceIdOf(instance))
      this.address = database.proxy ? this.#createProxy(stage, instance, network) : direct
    }
    new OwnFunction(this, 'Migrator', stage, {
      name: 'migrator',
      bundle: bundles.migrator,
      network,
      group: network.migratorGroup,
      // Past a proxy: the migrator's lock belongs to its session.
      database: direct,
      user: 'cruddur_migrator',
      timeoutSeconds: 900,
      memoryMb: 512,
      slowMs: 600_000,
    })
  }

  #addressOf(host: string, resourceId: string, parameters = ''): DatabaseAddress {
    return {
      urlOf: (user) => `postgres://${user}@${host}:5432/cruddur?auth=iam${parameters}`,
      arnOf: (user) =>
        this.formatArn({
          service: 'rds-db',
          resource: 'dbuser',
          resourceName: `${resourceId}/${user}`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
    }
  }

  #createProxy(stage: Stage, instance: rds.DatabaseInstance, network: NetworkStack) {
    const role = new Role(this, 'ProxyRole', {
      assumedBy: new ServicePrincipal('rds.amazonaws.com'),
    })
    for (const user of ['cruddur_api', 'cruddur_post_confirmation']) {
      instance.grantConnect(role, user)
    }
    const proxy = new rds.DatabaseProxy(this, 'Proxy', {
      dbProxyName: `cruddur-${stage.name}`,
      proxyTarget: rds.ProxyTarget.fromInstance(instance),
      vpc: network.vpc,
      vpcSubnets: { subnets: network.subnets },
      securityGroups: [groupOf(this, 'ProxyGroup', network)],
      iamAuth: true,
      defaultAuthScheme: rds.DefaultAuthScheme.IAM_AUTH,
      maxConnectionsPercent: proxyPercent,
      role,
    })
    // arn:aws:rds:<region>:<account>:db-proxy:prx-…
    const resourceId = Fn.select(6, Fn.split(':', proxy.dbProxyArn))
    // It refuses statement_timeout as a start-up parameter.
    return this.#addressOf(proxy.endpoint, resourceId, '&prepare=false')
  }
}

/** Every rule is the network’s own: one that CDK adds here would tie the two stacks in a circle. */
const groupOf = (scope: Construct, id: string, { databaseGroup }: NetworkStack) =>
  ec2.SecurityGroup.fromSecurityGroupId(scope, id, databaseGroup.securityGroupId, {
    mutable: false,
  })

interface DatabaseStackProps extends StackProps {
  network: NetworkStack
}

function resourceIdOf({ instanceResourceId }: rds.DatabaseInstance): string {
  if (instanceResourceId) return instanceResourceId
  throw new Error('The instance has no resource id')
}

const engine = rds.DatabaseInstanceEngine.postgres({
  version: rds.PostgresEngineVersion.VER_18_3,
})

const sizes = {
  micro: ec2.InstanceSize.MICRO,
  small: ec2.InstanceSize.SMALL,
  medium: ec2.InstanceSize.MEDIUM,
}

function createInstance(
  scope: Stack,
  stage: Stage,
  { size, multiAz, backupDays, isPublic }: DatabaseSettings,
  network: NetworkStack,
) {
  const { isKept, removalPolicy, database, createLogGroup } = retentionOf(stage)
  const instanceIdentifier = `cruddur-${stage.name}`
  // Made before RDS makes it, which would keep it for ever.
  const logs = createLogGroup(scope, 'Logs', `/aws/rds/instance/${instanceIdentifier}/postgresql`)
  const instance = new rds.DatabaseInstance(scope, 'Instance', {
    instanceIdentifier,
    engine,
    instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, sizes[size]),
    vpc: network.vpc,
    vpcSubnets: { subnets: isPublic ? network.vpc.publicSubnets : network.subnets },
    securityGroups: [groupOf(scope, 'InstanceGroup', network)],
    publiclyAccessible: isPublic,
    port: 5432,
    databaseName: 'cruddur',
    credentials: rds.Credentials.fromUsername('cruddurroot'),
    manageMasterUserPassword: true,
    iamAuthentication: true,
    parameterGroup: new rds.ParameterGroup(scope, 'Parameters', {
      engine,
      parameters: { 'rds.force_ssl': '1' },
      removalPolicy,
    }),
    allocatedStorage: 20,
    storageType: rds.StorageType.GP3,
    storageEncrypted: true,
    multiAz,
    backupRetention: Duration.days(backupDays),
    copyTagsToSnapshot: true,
    databaseInsightsMode: rds.DatabaseInsightsMode.STANDARD,
    enablePerformanceInsights: true,
    cloudwatchLogsExports: ['postgresql'],
    deletionProtection: isKept,
    removalPolicy: database,
  })
  instance.node.addDependency(logs)
  acknowledge(instance, { isKept, multiAz, isPublic })
  watch(scope, stage, instance)
  return instance
}

/** What the stages differ in on purpose. */
function acknowledge(
  instance: rds.DatabaseInstance,
  { isKept, multiAz, isPublic }: { isKept: boolean; multiAz: boolean; isPublic: boolean },
) {
  const findings = {
    'AwsSolutions-RDS11':
      'Port 5432 is what every client of the project dials; the groups guard it',
    ...(multiAz ? {} : { 'AwsSolutions-RDS3': 'A second instance costs as much as the first one' }),
    ...(isKept ? {} : { 'AwsSolutions-RDS10': 'This stage is deleted with its stacks' }),
    ...(isPublic
      ? { 'AwsSolutions-RDS2': 'Reached from the /32 addresses that allow-ip adds' }
      : {}),
  }
  for (const [id, reason] of Object.entries(findings)) {
    Validations.of(instance).acknowledge({ id, reason })
  }
}

function watch(scope: Stack, stage: Stage, instance: rds.DatabaseInstance) {
  addAlarm(scope, stage, instance.metricFreeStorageSpace(), {
    id: 'Storage',
    says: `cruddur-${stage.name} has less than 3 GB left`,
    threshold: 3e9,
    when: ComparisonOperator.LESS_THAN_THRESHOLD,
  })
  addAlarm(scope, stage, instance.metricDatabaseConnections(), {
    id: 'Connections',
    says: `cruddur-${stage.name} is near the end of its connections`,
    threshold: Math.floor(connectionBudget(stage) * 0.8),
    periods: 3,
  })
}
