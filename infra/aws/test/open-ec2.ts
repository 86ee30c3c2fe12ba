import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

export interface StoredRule {
  id: string
  cidr: string
  description: string
  port?: number
  /** The last of several ports. */
  toPort?: number
  /** -1 is all of them, on all ports. */
  protocol?: '-1'
}

type Form = URLSearchParams

/** EC2 at the wire, as far as security groups go: it keeps rules and refuses what EC2 refuses. */
export async function openEc2(groups: Record<string, string | undefined> = { 'sg-1': undefined }) {
  const rules: StoredRule[] = []
  const calls: string[] = []
  /** Answered before anything is looked at, one a call. */
  const failures: [status: number, code: string][] = []
  let made = 0

  const isTaken = (cidr: string, id?: string) =>
    rules.some((rule) => rule.cidr === cidr && rule.id !== id && (rule.port ?? 5432) === 5432)

  const actions: Record<string, (form: Form) => string> = {
    DescribeSecurityGroups(form) {
      const wanted = form.get('Filter.1.Value.1')
      const found = Object.entries(groups).filter(
        ([id, stage]) => id === wanted || (stage && `cruddur-${stage}-network` === wanted),
      )
      return list('securityGroupInfo', found, ([id, stage]) => {
        const tag = `<item><key>cruddur:stage</key><value>${stage}</value></item>`
        return `<groupId>${id}</groupId><tagSet>${stage ? tag : ''}</tagSet>`
      })
    },
    DescribeSecurityGroupRules(form) {
      const start = Number(form.get('NextToken') ?? 0)
      const more = start + 2 < rules.length ? `<nextToken>${start + 2}</nextToken>` : ''
      return (
        list('securityGroupRuleSet', rules.slice(start, start + 2), (rule) => {
          const { id, cidr, description, protocol = 'tcp', port = 5432, toPort = port } = rule
          const [from, to] = protocol === '-1' ? [-1, -1] : [port, toPort]
          const source = cidr.includes(':') ? 'cidrIpv6' : 'cidrIpv4'
          return `<securityGroupRuleId>${id}</securityGroupRuleId><isEgress>false</isEgress>
            <ipProtocol>${protocol}</ipProtocol><fromPort>${from}</fromPort><toPort>${to}</toPort>
            <${source}>${cidr}</${source}><description>${description}</description>`
        }) + more
      )
    },
    AuthorizeSecurityGroupIngress(form) {
      const range = 'IpPermissions.1.IpRanges.1'
      const cidr = form.get(`${range}.CidrIp`) ?? ''
      if (isTaken(cidr)) throw new Refused('InvalidPermission.Duplicate')
      made += 1
      rules.push({ id: `sgr-${made}`, cidr, description: form.get(`${range}.Description`) ?? '' })
      return '<return>true</return>'
    },
    ModifySecurityGroupRules(form) {
      const rule = rules.find(
        ({ id }) => id === form.get('SecurityGroupRule.1.SecurityGroupRuleId'),
      )
      const said = 'SecurityGroupRule.1.SecurityGroupRule'
      const cidr = form.get(`${said}.CidrIpv4`) ?? ''
      if (!rule) throw new Refused('InvalidSecurityGroupRuleId.NotFound')
      if (isTaken(cidr, rule.id)) throw new Refused('InvalidPermission.Duplicate')
      if (rule.cidr.includes(':')) throw new Refused('InvalidParameterValue')
      // The whole rule is replaced: what is not said is gone.
      const description = form.get(`${said}.Description`) ?? ''
      rules.splice(rules.indexOf(rule), 1, { id: rule.id, cidr, description })
      return '<return>true</return>'
    },
    RevokeSecurityGroupIngress(form) {
      for (const [name, id] of form) {
        const at = rules.findIndex((rule) => rule.id === id)
        if (name.startsWith('SecurityGroupRuleId.') && at >= 0) rules.splice(at, 1)
      }
      return '<return>true</return>'
    },
  }

  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request))
    const action = form.get('Action') ?? ''
    calls.push(action)
    const [status, code] = failures.shift() ?? []
    try {
      if (code) throw new Refused(code, status)
      response.end(`<${action}Response>${actions[action]?.(form)}</${action}Response>`)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const said = `<Code>${error.message}</Code><Message>no</Message>`
      response.writeHead(error.status)
      response.end(`<Response><Errors><Error>${said}</Error></Errors></Response>`)
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    rules,
    calls,
    failures,
    writes: () => calls.filter((call) => !call.startsWith('Describe')),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

class Refused extends Error {
  readonly status: number
  constructor(code: string, status = 400) {
    super(code)
    this.status = status
  }
}

const list = <T>(name: string, items: T[], toXml: (item: T) => string) =>
  `<${name}>${items.map((item) => `<item>${toXml(item)}</item>`).join('')}</${name}>`
