import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Stage } from '../../src/stages.ts'
import { bundles } from '../lib/bundles.ts'
import { moving, type Resource, stageOf, synthesize } from './templates.ts'

const withProxy: Stage = {
  ...stageOf('staging'),
  database: { size: 'micro', multiAz: false, backupDays: 7, isPublic: false, proxy: true },
}

const groups = new Set(['Api', 'Cognito', 'Database', 'Migrator', 'Sweeper', 'Triggers', 'Tunnel'])

/** A security group by the name that it has in the network stack. */
function nameOf(group: unknown): string {
  const text = JSON.stringify(group ?? 'anybody')
  if (text.includes('sg-database')) return 'Database'
  const name = /"([A-Z][a-z]+)[0-9A-F]{8}"/.exec(text)?.[1] ?? text
  return groups.has(name) ? name : text
}

const describe = ({ Properties: p }: Resource) =>
  p.SourceSecurityGroupId
    ? `${nameOf(p.SourceSecurityGroupId)} → ${nameOf(p.GroupId)}:${p.FromPort}`
    : `${nameOf(p.GroupId)} → ${nameOf(p.DestinationSecurityGroupId ?? p.CidrIp)}:${p.FromPort}`

const ways = [
  'Api → Cognito:443',
  'Api → Database:5432',
  'Migrator → Database:5432',
  'Sweeper → Database:5432',
  'Triggers → Database:5432',
]

const flask = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(
  (each) => `${each} → Cognito:443`,
)

it.each([
  ['dev', stageOf('dev'), ways, []],
  ['prod', stageOf('prod'), ways, []],
  ['an existing network and database', moving, ways, flask],
  ['a proxy', withProxy, [...ways, 'Database → Database:5432'].sort(), []],
])('lets nothing else through in %s', (_name, stage, expected, ranges) => {
  const { ofType } = synthesize(stage)
  const into = ofType('AWS::EC2::SecurityGroupIngress').map(([, each]) => describe(each))
  const outOf = ofType('AWS::EC2::SecurityGroupEgress').map(([, each]) => describe(each))
  expect(into.sort()).toEqual(expected)
  expect(outOf.sort()).toEqual(expected)
  const groups = ofType('AWS::EC2::SecurityGroup')
  const fromRanges = groups.flatMap(([id, { Properties }]) =>
    // As CDK writes it: a rule about a range stands in the group itself.
    ((Properties.SecurityGroupIngress ?? []) as Record<string, unknown>[]).map(
      ({ CidrIp, FromPort }) => `${CidrIp} → ${nameOf(id.split('/')[1])}:${FromPort}`,
    ),
  )
  expect(fromRanges).toEqual(ranges)
  for (const [, { Properties }] of groups) {
    expect(JSON.stringify(Properties.SecurityGroupEgress ?? '')).not.toContain('0.0.0.0/0')
  }
})

it('lets a tunnel out to SSM and to Postgres, and nobody in to it', () => {
  const database = { size: 'micro', multiAz: false, backupDays: 1, isPublic: false } as const
  const { ofType } = synthesize({
    ...stageOf('dev'),
    database: { ...database, proxy: false, tunnel: true },
  })
  const into = ofType('AWS::EC2::SecurityGroupIngress').map(([, each]) => describe(each))
  expect(into.sort()).toEqual([...ways, 'Tunnel → Database:5432'].sort())
  const [group] = ofType('AWS::EC2::SecurityGroup').filter(([id]) => id.includes('Tunnel'))
  expect(group?.[1].Properties.SecurityGroupIngress).toBeUndefined()
  expect(group?.[1].Properties.SecurityGroupEgress).toEqual([
    expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 }),
  ])
  const [instance] = ofType('AWS::EC2::Instance')
  expect(JSON.stringify(instance)).toContain('cruddur-dev-tunnel')
  expect(ofType('AWS::RDS::DBInstance')[0]?.[1].Properties.PubliclyAccessible).toBe(false)
})

// What each function dials, and the group that leads there.
const hosts = [
  ['api', 'the database', 'Api → Database:5432'],
  ['api', 'cognito-idp.us-east-1.amazonaws.com: keys and GetUser', 'Api → Cognito:443'],
  ['sweeper', 'the database', 'Sweeper → Database:5432'],
  ['pre-sign-up', 'the database', 'Triggers → Database:5432'],
  ['post-confirmation', 'the database', 'Triggers → Database:5432'],
  ['migrator', 'the database', 'Migrator → Database:5432'],
] as const

// Beside Cognito’s: whose tokens are taken, an address to show, and what names JSON Schema.
const named = ['*.*.amazonaws.com', 'cognito-idp.*.amazonaws.com', 'cruddur.com', 'json-schema.org']

it.each([
  ['api', bundles.api, named],
  ['sweeper', bundles.sweeper, []],
  ['triggers', bundles.triggers, []],
  ['migrator', bundles.migrator, []],
])('knows every host in the code of %s', (_name, { folder, handler }, expected) => {
  const file = join('../../..', folder, handler.replace('.handler', '.mjs'))
  const code = readFileSync(join(import.meta.dirname, file), 'utf8')
  const hosts = [...code.matchAll(/https?:\/\/((?:\$\{[^}]*\}|[\w.-])+)/g)].map(([, host = '']) =>
    host.replaceAll(/\$\{[^}]*\}/g, '*'),
  )
  const unique = new Set(hosts.filter((host) => host.includes('.')))
  expect([...unique].sort()).toEqual(expected)
})

it.each(['dev', 'staging', 'prod'])(
  'leads each function of %s to every host that it calls',
  (name) => {
    const { ofType } = synthesize(stageOf(name))
    const functions = ofType('AWS::Lambda::Function').map(([, { Properties }]) => {
      const { SecurityGroupIds, SubnetIds } = Properties.VpcConfig as Record<string, unknown[]>
      const group = /FnGetAtt([A-Z][a-z]+)[0-9A-F]{8}GroupId/.exec(JSON.stringify(SecurityGroupIds))
      expect(JSON.stringify(SubnetIds)).not.toContain('public')
      return {
        name: String(Properties.FunctionName).replace(`cruddur-${name}-`, ''),
        group: group?.[1],
      }
    })
    expect(functions.map((each) => each.name).sort()).toEqual(
      [...new Set(hosts.map(([each]) => each))].sort(),
    )
    for (const each of functions) {
      const theirs = hosts.filter(([host]) => host === each.name).map(([, , way]) => way)
      expect(ways.filter((way) => way.startsWith(`${each.group} `)).sort()).toEqual(theirs.sort())
    }
    const [endpoint] = ofType('AWS::EC2::VPCEndpoint')
    expect(endpoint?.[1].Properties).toMatchObject({
      ServiceName: 'com.amazonaws.us-east-1.cognito-idp',
      PrivateDnsEnabled: true,
    })
    // A pool with a domain of its own is not answered through the endpoint.
    expect(ofType('AWS::Cognito::UserPoolDomain')).toEqual([])
    for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway']) {
      expect(ofType(type)).toEqual([])
    }
  },
)
