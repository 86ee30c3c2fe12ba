import {
  AuthorizeSecurityGroupIngressCommand,
  type EC2Client,
  ModifySecurityGroupRulesCommand,
  paginateDescribeSecurityGroupRules,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2'

const port = 5432

/** A rule of ours: whose it is, which address it lets in, and until when. */
export interface Rule {
  id: string
  address: string
  label: string
  until: Date
}

type Wanted = Omit<Rule, 'id'>

/** EC2’s own alphabet for a description, without what we part the words with. */
export const cleanLabel = (label: string) =>
  label.replace(/[^\w.:/()#,@[\]+=&;{}!$*-]+/g, '-').slice(0, 100)

const describe = ({ label, until }: Wanted) =>
  `cruddur allow-ip ${label} until ${until.toISOString()}`

export interface Listed {
  ours: Rule[]
  /** Addresses that somebody let in by hand. */
  others: ByHand[]
  /** Whatever else lets addresses in to Postgres: networks, IPv6, more ports than the one. */
  wider: ByHand[]
}

/** A rule that is not ours. */
export interface ByHand {
  id: string
  address: string
}

/** Every rule by which an address reaches Postgres. */
export async function listRules(ec2: EC2Client, groupId: string): Promise<Listed> {
  const listed: Listed = { ours: [], others: [], wider: [] }
  const Filters = [{ Name: 'group-id', Values: [groupId] }]
  for await (const page of paginateDescribeSecurityGroupRules({ client: ec2 }, { Filters })) {
    for (const rule of page.SecurityGroupRules ?? []) {
      const source = sourceOf(rule)
      const id = rule.SecurityGroupRuleId
      if (!source || !id) continue
      const address = isForPostgresAlone(rule) && /^([\d.]+)\/32$/.exec(source)?.[1]
      const mark = readDescription(rule.Description)
      if (!address) listed.wider.push({ id, address: source })
      else if (mark) listed.ours.push({ id, address, ...mark })
      else listed.others.push({ id, address })
    }
  }
  return listed
}

function readDescription(text = ''): Pick<Rule, 'label' | 'until'> | undefined {
  const [, label = '', end = ''] = /^cruddur allow-ip (\S+) until (\S+)$/.exec(text) ?? []
  const until = new Date(end)
  return Number.isNaN(until.getTime()) ? undefined : { label, until }
}

/** Which addresses a rule lets in to Postgres; undefined for another group, or another port. */
function sourceOf(rule: SecurityGroupRule): string | undefined {
  const { IsEgress, IpProtocol, FromPort = -1, ToPort = -1 } = rule
  const isOnPort = IpProtocol === 'tcp' && FromPort <= port && port <= ToPort
  if (IsEgress || !(isOnPort || IpProtocol === '-1')) return undefined
  return rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId
}

const isForPostgresAlone = ({ FromPort, ToPort }: SecurityGroupRule) =>
  FromPort === port && ToPort === port

export async function insertRule(ec2: EC2Client, GroupId: string, wanted: Wanted) {
  const IpRanges = [{ CidrIp: `${wanted.address}/32`, Description: describe(wanted) }]
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges }]
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
}

/** All of it is said, the description too: what is left out would be gone. */
export async function updateRule(ec2: EC2Client, GroupId: string, { id, ...wanted }: Rule) {
  const SecurityGroupRule = {
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    CidrIpv4: `${wanted.address}/32`,
    Description: describe(wanted),
  }
  const SecurityGroupRules = [{ SecurityGroupRuleId: id, SecurityGroupRule }]
  await ec2.send(new ModifySecurityGroupRulesCommand({ GroupId, SecurityGroupRules }))
}

export async function deleteRules(ec2: EC2Client, GroupId: string, rules: { id: string }[]) {
  if (rules.length === 0) return
  const SecurityGroupRuleIds = rules.map(({ id }) => id)
  await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds }))
}
