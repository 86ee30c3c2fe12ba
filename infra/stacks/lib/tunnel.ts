import { Tags, Validations } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import type { Stage } from '../../src/stages.ts'

interface Surroundings {
  vpc: ec2.IVpc
  databaseGroup: ec2.ISecurityGroup
}

/** An instance that nobody can dial: it asks SSM who wants to go through it to Postgres. */
export function createTunnel(scope: Construct, stage: Stage, { vpc, databaseGroup }: Surroundings) {
  const securityGroup = new ec2.SecurityGroup(scope, 'Tunnel', {
    vpc,
    description: 'The way in by SSM',
    allowAllOutbound: false,
  })
  securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'to SSM')
  securityGroup.connections.allowTo(databaseGroup, ec2.Port.tcp(5432), 'to Postgres')
  const instance = new ec2.Instance(scope, 'TunnelInstance', {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.NANO),
    machineImage: ec2.MachineImage.latestAmazonLinux2023({
      cpuType: ec2.AmazonLinuxCpuType.ARM_64,
    }),
    securityGroup,
    requireImdsv2: true,
    ssmSessionPermissions: true,
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: ec2.BlockDeviceVolume.ebs(8, {
          encrypted: true,
          volumeType: ec2.EbsDeviceVolumeType.GP3,
        }),
      },
    ],
  })
  Tags.of(instance).add('Name', `cruddur-${stage.name}-tunnel`)
  const reasons = {
    'AwsSolutions-EC28': 'It holds nothing: its load is of no interest',
    'AwsSolutions-EC29': 'It holds nothing: it may go and come',
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonSSMManagedInstanceCore]':
      'What an instance needs to be reached by SSM',
  }
  for (const [id, reason] of Object.entries(reasons)) {
    Validations.of(instance).acknowledge({ id, reason })
  }
}
