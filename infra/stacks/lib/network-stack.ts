import { Stack, type StackProps, Validations } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import type { ExistingNetwork, NetworkSettings, Stage } from '../../src/stages.ts'
import { retentionOf } from './data-policy.ts'
import { createTunnel } from './tunnel.ts'

const postgres = ec2.Port.tcp(5432)
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

/** Where everything runs, and the only ways from one thing to another. */
export class NetworkStack extends Stack {
  readonly vpc: ec2.IVpc
  /** Subnets without a way to the internet, for the functions and the database. */
  readonly subnets: ec2.ISubnet[]
  readonly databaseGroup: ec2.ISecurityGroup
  readonly apiGroup: ec2.SecurityGroup
  readonly sweeperGroup: ec2.SecurityGroup
  readonly triggerGroup: ec2.SecurityGroup
  readonly migratorGroup: ec2.SecurityGroup

  constructor(scope: Construct, id: string, stage: Stage, props: StackProps) {
    super(scope, id, props)
    const { network, database, zones } = stage
    this.vpc = 'vpcId' in network ? findVpc(this, network, zones) : createVpc(this, stage, network)
    this.subnets = this.vpc.isolatedSubnets
    this.databaseGroup =
      'dbEndpoint' in database
        ? ec2.SecurityGroup.fromSecurityGroupId(this, 'Database', database.dbSecurityGroupId)
        : this.#createGroup('Database', 'Postgres: lets in what a rule names')
    this.apiGroup = this.#createGroup('Api', 'The API')
    this.sweeperGroup = this.#createGroup('Sweeper', 'The sweeper')
    this.triggerGroup = this.#createGroup('Triggers', 'The triggers of the user pool')
    this.migratorGroup = this.#createGroup('Migrator', 'The migrator')
    for (const group of [this.apiGroup, this.sweeperGroup, this.triggerGroup, this.migratorGroup]) {
      group.connections.allowTo(this.databaseGroup, postgres, 'to Postgres')
    }
    // RDS Proxy stands in the database's group.
    if ('proxy' in database && database.proxy) {
      this.databaseGroup.connections.allowInternally(postgres, 'from the proxy')
    }
    if ('tunnel' in database && database.tunnel) createTunnel(this, stage, this)
    this.#leadToCognito(network)
  }

  #createGroup(id: string, description: string) {
    const { vpc } = this
    return new ec2.SecurityGroup(this, id, { vpc, description, allowAllOutbound: false })
  }

  /** The API alone calls Cognito: its keys, and GetUser for a person without a row. */
  #leadToCognito(network: NetworkSettings | ExistingNetwork) {
    const https = ec2.Port.tcp(443)
    if ('vpcId' in network && network.reachesCognito) {
      this.apiGroup.addEgressRule(ec2.Peer.anyIpv4(), https, 'to Cognito')
      return
    }
    const group = this.#createGroup('Cognito', 'The endpoint of Cognito')
    const zones = 'vpcId' in network ? this.subnets.length : network.cognitoZones
    new ec2.InterfaceVpcEndpoint(this, 'CognitoEndpoint', {
      vpc: this.vpc,
      service: ec2.InterfaceVpcEndpointAwsService.COGNITO_IDP,
      subnets: { subnets: this.subnets.slice(0, zones) },
      securityGroups: [group],
      open: false,
    })
    this.apiGroup.connections.allowTo(group, https, 'to Cognito')
    if (!('vpcId' in network)) return
    // Cognito’s name leads to the endpoint for all of the network, Flask’s tasks in it included.
    for (const range of privateRanges) {
      group.addIngressRule(ec2.Peer.ipv4(range), https, 'to Cognito, for all of the network')
    }
  }
}

function findVpc(scope: Construct, { vpcId, subnetIds }: ExistingNetwork, zones: string[]) {
  return ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId,
    availabilityZones: zones,
    isolatedSubnetIds: subnetIds,
  })
}

function createVpc(scope: Stack, stage: Stage, { cidr, flowLog }: NetworkSettings) {
  const isolated = { name: 'isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 }
  const open = { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 26 }
  const { isPublic, tunnel } = { tunnel: false, ...stage.database }
  const vpc = new ec2.Vpc(scope, 'Vpc', {
    ipAddresses: ec2.IpAddresses.cidr(cidr),
    availabilityZones: stage.zones,
    natGateways: 0,
    subnetConfiguration: isPublic || tunnel ? [isolated, open] : [isolated],
    // Nothing is in the default group; to empty it takes a function with rights over all of them.
    restrictDefaultSecurityGroup: false,
  })
  if (flowLog) {
    vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(
        retentionOf(stage).createLogGroup(scope, 'FlowLogs'),
      ),
      trafficType: ec2.FlowLogTrafficType.REJECT,
    })
  } else {
    Validations.of(vpc).acknowledge({
      id: 'AwsSolutions-VPC7',
      reason: 'A stage without real people: what was refused is worth no log here',
    })
  }
  return vpc
}
