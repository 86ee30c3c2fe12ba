import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { EC2Client } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { type Stage, stages } from '../../src/stages.ts'
import { allowAddress, describeRules, revokeAddress } from '../src/allow-ip.ts'
import { findGroup, refusePrivate } from '../src/find-group.ts'
import { askForAddress, readPublicAddress } from '../src/public-address.ts'
import { openEc2 } from './open-ec2.ts'

const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
let ec2: Awaited<ReturnType<typeof openEc2>>
let client: EC2Client

beforeEach(async () => {
  ec2 = await openEc2({ 'sg-1': undefined, 'sg-dev': 'dev' })
  for (const [name, value] of Object.entries({ ...credentials, AWS_ENDPOINT_URL_EC2: ec2.url })) {
    vi.stubEnv(name, value)
  }
  client = new EC2Client({ region: 'us-east-1', maxAttempts: 6 })
})
afterEach(() => {
  client.destroy()
  ec2.close()
})

const allow = (address: string, label = 'di@laptop', ruleId?: string) =>
  allowAddress(client, { groupId: 'sg-1', ruleId, address, label, hours: 12 })

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
const ofEd = (cidr: string, hours: number, id = 'sgr-ed') => ({
  id,
  cidr,
  description: `cruddur allow-ip ed@desk until ${inHours(hours)}`,
})

it('makes one rule of 32 bits with a label and an end, and keeps it when the address changes', async () => {
  expect(await allow('203.0.113.7')).toMatch(/^203\.0\.113\.7 may reach sg-1 on port 5432 until /)
  const [rule] = ec2.rules
  expect(rule).toMatchObject({ id: 'sgr-1', cidr: '203.0.113.7/32' })
  expect(rule?.description).toMatch(/^cruddur allow-ip di@laptop until 2\d{3}-.*Z$/)
  await allow('203.0.113.8')
  expect(ec2.rules).toEqual([expect.objectContaining({ id: 'sgr-1', cidr: '203.0.113.8/32' })])
  expect(ec2.rules[0]?.description).toMatch(/^cruddur allow-ip di@laptop until /)
})

it('writes nothing for the same address, until half of its time is over', async () => {
  await allow('203.0.113.7')
  ec2.calls.length = 0
  expect(await allow('203.0.113.7')).toMatch(/^Nothing changed: /)
  expect(ec2.writes()).toEqual([])
  ec2.rules[0] = { ...ofEd('203.0.113.9/32', 5), id: 'sgr-1' }
  await allow('203.0.113.9', 'ed@desk')
  expect(ec2.writes()).toEqual(['ModifySecurityGroupRules'])
})

it('keeps one of its own duplicates, and takes away whatever has ended', async () => {
  ec2.rules.push(
    ofEd('203.0.113.1/32', 3, 'sgr-a'),
    ofEd('203.0.113.2/32', 8, 'sgr-b'),
    {
      id: 'sgr-c',
      cidr: '203.0.113.3/32',
      description: `cruddur allow-ip fay@x until ${inHours(-1)}`,
    },
    {
      id: 'sgr-d',
      cidr: '203.0.113.4/32',
      description: `cruddur allow-ip gil@x until ${inHours(1)}`,
    },
    { id: 'sgr-e', cidr: '203.0.113.5/32', description: 'the office' },
    { id: 'sgr-f', cidr: '203.0.113.6/32', description: 'ssh', port: 22 },
  )
  await allow('203.0.113.2', 'ed@desk')
  expect(ec2.rules.map(({ id }) => id)).toEqual(['sgr-b', 'sgr-d', 'sgr-e', 'sgr-f'])
})

it('leaves an address to the rule that has it, and drops its own stale one', async () => {
  ec2.rules.push({ id: 'sgr-office', cidr: '203.0.113.5/32', description: 'the office' })
  await allow('203.0.113.7')
  expect(await allow('203.0.113.5')).toContain('already, by the rule sgr-office')
  expect(ec2.rules.map(({ id }) => id)).toEqual(['sgr-office'])
})

it('takes over the rule that DB_SG_RULE_ID names, as the old script did', async () => {
  ec2.rules.push({ id: 'sgr-old', cidr: '198.51.100.1/32', description: 'GITPOD' })
  await allow('203.0.113.7', 'di@gitpod', 'sgr-old')
  expect(ec2.rules).toEqual([expect.objectContaining({ id: 'sgr-old', cidr: '203.0.113.7/32' })])
})

it('lists what is wider than its own rules, and says so beside them', async () => {
  ec2.rules.push(
    { id: 'sgr-world', cidr: '0.0.0.0/0', description: 'all' },
    { id: 'sgr-six', cidr: '::/0', description: 'all' },
    { id: 'sgr-all', cidr: '198.51.100.1/32', description: 'the office', protocol: '-1' },
    { id: 'sgr-range', cidr: '198.51.100.2/32', description: 'home', port: 5000, toPort: 6000 },
    { id: 'sgr-ssh', cidr: '0.0.0.0/0', description: 'ssh', port: 22 },
  )
  const wide = ['sgr-world', 'sgr-six', 'sgr-all', 'sgr-range']
  expect(
    (await describeRules(client, 'sg-1')).split('\n').map((line) => line.split(' ')[0]),
  ).toEqual(wide)
  const said = await allow('203.0.113.7')
  expect(said).toContain('But its rule sgr-world lets in 0.0.0.0/0 as well: take that away')
  expect(said.match(/sgr-\w+(?= lets in)/g)).toEqual(wide)
  // DB_SG_RULE_ID: the wide rule becomes the narrow one, as far as EC2 can make it that.
  const taken = await allow('203.0.113.7', 'di@gitpod', 'sgr-world')
  expect(taken).not.toContain('sgr-world lets in')
  expect(ec2.rules.find(({ id }) => id === 'sgr-world')).toBeUndefined()
  expect(await allow('203.0.113.8', 'ed@gitpod', 'sgr-all')).not.toContain('sgr-all lets in')
  expect(ec2.rules.find(({ id }) => id === 'sgr-all')).toMatchObject({ cidr: '203.0.113.8/32' })
  expect(await allow('203.0.113.9', 'fay@gitpod', 'sgr-six')).toContain('sgr-six lets in ::/0')
})

it('says until when another’s rule holds an address', async () => {
  ec2.rules.push(ofEd('203.0.113.5/32', 1))
  expect(await allow('203.0.113.5')).toMatch(
    /already, by the rule sgr-ed of ed@desk, until 2\S+Z or until that is revoked: then write this/,
  )
})

it('takes a rule with an odd date for one made by hand', async () => {
  const description = 'cruddur allow-ip ed@desk until tomorrow'
  ec2.rules.push({ id: 'sgr-odd', cidr: '203.0.113.1/32', description })
  expect(await describeRules(client, 'sg-1')).toBe('sgr-odd  203.0.113.1  made by hand')
})

it('asks again after throttling and errors of EC2, and takes a lost answer for what it was', async () => {
  ec2.failures.push([503, 'RequestLimitExceeded'], [500, 'InternalError'])
  await allow('203.0.113.7')
  expect(ec2.rules).toHaveLength(1)
  // Another start of the same workspace, between our look and our write.
  ec2.rules.length = 0
  const racing = await Promise.all([allow('203.0.113.8'), allow('203.0.113.8')])
  expect(ec2.rules).toHaveLength(1)
  for (const said of racing) expect(said).toContain('203.0.113.8 may reach sg-1')
})

it('lists, and revokes its own alone', async () => {
  ec2.rules.push(ofEd('203.0.113.1/32', 3))
  await allow('203.0.113.7')
  expect(await describeRules(client, 'sg-1')).toMatch(/sgr-ed .*ed@desk.*\nsgr-1 .*di@laptop/)
  expect(await revokeAddress(client, 'sg-1', 'di@laptop')).toBe(
    '203.0.113.7 may reach sg-1 no more.',
  )
  expect(await revokeAddress(client, 'sg-1', 'di@laptop')).toContain(
    'There is no rule of di@laptop',
  )
  expect(ec2.rules.map(({ id }) => id)).toEqual(['sgr-ed'])
})

it.each([
  '0.0.0.0',
  '::1',
  '2001:db8::1',
  'example.com',
  '',
  '203.0.113.7/24',
  '203.0.113',
  '10.0.0.1',
])('refuses %j as an address', (text) => {
  expect(() => readPublicAddress(text, '--ip')).toThrow(/^--ip says .* no public IPv4 address/)
})

it.each(['', '<html><title>Welcome</title></html>', '0.0.0.0', '2001:db8::1'])(
  'refuses %j from the service that knows addresses',
  async (answer) => {
    const service = createServer((_, response) => response.end(answer))
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
    await expect(askForAddress(url)).rejects.toThrow(/no public IPv4 address: give yours with --ip/)
    service.close()
    await expect(askForAddress(url)).rejects.toThrow(/gave no answer: give your address with --ip/)
  },
)

/** The command as it is typed, with these variables and no others. */
const run = (words: string[], variables: Record<string, string> = {}) =>
  new Promise<string>((resolve) => {
    const main = join(import.meta.dirname, '../src/main.ts')
    const env = {
      ...credentials,
      AWS_ENDPOINT_URL_EC2: ec2.url,
      PATH: '/usr/bin:/bin',
      ...variables,
    }
    execFile(
      process.execPath,
      ['--import', 'tsx', main, 'allow-ip', ...words],
      { env },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    )
  })

it('opens no stage that is private, however its group is named', async () => {
  expect(await run(['dev'])).toMatch(/^dev is private, so no address is let in/)
  expect(ec2.calls).toEqual([])
  const given = { GITPOD_IP: '203.0.113.7', AWS_REGION: 'us-east-1' }
  expect(await run([], { ...given, DB_SG_ID: 'sg-dev' })).toMatch(/^dev is private/)
  expect(ec2.rules).toEqual([])
  const label = ['--label', 'di@gitpod']
  expect(await run(label, { ...given, DB_SG_ID: 'sg-1' })).toMatch(/^203\.0\.113\.7 may reach sg-1/)
  expect(ec2.rules).toHaveLength(1)
  const wrong = await run([], { ...given, GITPOD_IP: '<html>', DB_SG_ID: 'sg-1' })
  expect(wrong).toMatch(/^GITPOD_IP says something else, which is no public IPv4 address/)
})

it('knows the private stage that names a group, which carries no tag then', async () => {
  const [dev] = stages as [Stage]
  const database = { dbEndpoint: 'host', dbResourceId: 'db-1', dbSecurityGroupId: 'sg-1' }
  const moved: Stage = { ...dev, name: 'moved', database: { ...database, size: 'micro' } }
  onTestFinished(() => void stages.splice(stages.indexOf(moved), 1))
  stages.push(moved)
  const { stageName } = await findGroup(client, undefined, 'sg-1')
  expect(stageName).toBe('moved')
  expect(() => refusePrivate(stageName)).toThrow(/^moved is private/)
})

it('says in a sentence what is wrong with what was typed', async () => {
  const given = { AWS_EC2_METADATA_DISABLED: 'true', DB_SG_ID: 'sg-1' }
  expect(await run(['--list'], given)).toBe('No region is named: set AWS_REGION.\n')
  const region = { ...given, AWS_REGION: 'us-east-1' }
  const nobody = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', HOME: '/nowhere' }
  expect(await run(['--list'], { ...region, ...nobody })).toMatch(
    /^AWS is not told who asks \(.+\): set AWS_PROFILE, or sign in with `aws sso login`\.\n$/,
  )
  const usage = /Write `pnpm infra allow-ip <environment>`.* with --list or --revoke\.\n$/
  expect(await run(['dev', 'revoke'], region)).toMatch(usage)
  expect(await run(['dev', '--force'], region)).toMatch(/^Unknown option '--force'\. Write/)
  expect(await run(['dev', '--help'])).toMatch(/^Write `pnpm infra allow-ip <environment>`/)
  expect(await run(['--list', '--revoke'], region)).toBe('--list and --revoke are two commands.\n')
  expect(await run(['--hours', '0.001'], region)).toMatch(/^--hours is no number from 1 to 168/)
  expect(ec2.calls).toEqual([])
})

it('has a label of its own where an empty one is given', async () => {
  const given = { GITPOD_IP: '203.0.113.7', AWS_REGION: 'us-east-1', DB_SG_ID: 'sg-1' }
  await run(['--label', ''], given)
  expect(ec2.rules[0]?.description).toMatch(/^cruddur allow-ip \S+@\S+ until /)
})
