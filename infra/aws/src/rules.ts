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
  others: { id: string; address: string }[]
}

/** Every rule by which one address reaches Postgres. */
export async function listRules(ec2: EC2Client, groupId: string): Promise<Listed> {
  const listed: Listed = { ours: [], others: [] }
  const Filters = [{ Name: 'group-id', Values: [groupId] }]
  for await (const page of paginateDescribeSecurityGroupRules({ client: ec2 }, { Filters })) {
    for (const rule of page.SecurityGroupRules ?? []) {
      const address = addressOf(rule)
      const id = rule.SecurityGroupRuleId
      if (!address || !id) continue
      const words = /^cruddur allow-ip (\S+) until (\S+)$/.exec(rule.Description ?? '')
      const [, label = '', until = ''] = words ?? []
      if (words) listed.ours.push({ id, address, label, until: new Date(until) })
      else listed.others.push({ id, address })
    }
  }
  return listed
}

function addressOf(rule: SecurityGroupRule): string | undefined {
  if (rule.IsEgress || rule.IpProtocol !== 'tcp') return undefined
  if (rule.FromPort !== port || rule.ToPort !== port) return undefined
  return /^([\d.]+)\/32$/.exec(rule.CidrIpv4 ?? '')?.[1]
}

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
