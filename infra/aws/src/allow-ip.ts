import type { EC2Client } from '@aws-sdk/client-ec2'
import {
  type ByHand,
  cleanLabel,
  deleteRules,
  insertRule,
  type Listed,
  listRules,
  type Rule,
  updateRule,
} from './rules.ts'

interface Asked {
  groupId: string
  /** DB_SG_RULE_ID: a rule made by hand that is to be ours. */
  ruleId: string | undefined
  address: string
  label: string
  hours: number
}

/** Leaves exactly one rule of this label, for this address; what has ended goes. Says what it did. */
export async function allowAddress(ec2: EC2Client, asked: Asked): Promise<string> {
  const listed = await listRules(ec2, asked.groupId)
  const said = await keepOneRule(ec2, listed, asked)
  const wider = listed.wider.filter((rule) => !isGiven(rule, asked))
  const warnings = wider.map(
    ({ id, address }) =>
      `But its rule ${id} lets in ${address} as well: take that away if nobody needs it.`,
  )
  return [said, ...warnings].join('\n')
}

async function keepOneRule(ec2: EC2Client, listed: Listed, asked: Asked): Promise<string> {
  const { groupId, address, hours } = asked
  const label = cleanLabel(asked.label)
  const now = Date.now()
  const mine = findMine(listed, label, asked)
  const [kept, ...duplicates] = mine
  const isOver = (rule: Rule) => rule.until.getTime() <= now
  const ended = listed.ours.filter((rule) => !mine.includes(rule) && isOver(rule))
  await deleteRules(ec2, groupId, [...duplicates, ...ended])
  const until = new Date(now + hours * 3_600_000)
  const may = (end: Date) =>
    `${address} may reach ${groupId} on port 5432 until ${end.toISOString()} (${label}).`
  // Half of its time is left: nothing to write.
  const isFresh = kept && kept.until.getTime() - now >= hours * 1_800_000
  if (kept?.address === address && isFresh) return `Nothing changed: ${may(kept.until)}`
  const gone = new Set([...mine, ...ended].map(({ id }) => id))
  const theirs = [...listed.ours, ...listed.others].find(
    (rule) => rule.address === address && !gone.has(rule.id),
  )
  if (theirs) {
    await deleteRules(ec2, groupId, kept ? [kept] : [])
    return sayTheirs(address, groupId, theirs)
  }
  try {
    if (kept) await updateRule(ec2, groupId, { id: kept.id, address, label, until })
    else await insertRule(ec2, groupId, { address, label, until })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    // Another start of ours was faster, or an answer was lost and the call sent again.
    return sayTheirs(address, groupId)
  }
  return may(until)
}

/** The rule to keep comes first: the one that has the address already, else the given one. */
function findMine(listed: Listed, label: string, asked: Asked): Rule[] {
  const { ruleId, address } = asked
  const given = [...listed.others, ...listed.wider]
    .filter((rule) => isGiven(rule, asked))
    .map((rule) => ({ ...rule, label, until: new Date(0) }))
  const mine = [
    ...given,
    ...listed.ours.filter((rule) => rule.label === label || rule.id === ruleId),
  ]
  return mine.sort((a, b) => Number(b.address === address) - Number(a.address === address))
}

/** EC2 makes no rule of IPv4 from one of IPv6, or of a prefix list. */
const isGiven = ({ id, address }: ByHand, { ruleId }: Asked) =>
  id === ruleId && /^[\d.]+(\/\d+)?$/.test(address)

function sayTheirs(address: string, groupId: string, rule?: ByHand | Rule) {
  const may = `${address} may reach ${groupId} on port 5432 already`
  if (!rule) return `${may}.`
  if (!('until' in rule)) return `${may}, by the rule ${rule.id}.`
  return `${may}, by the rule ${rule.id} of ${rule.label}, until ${rule.until.toISOString()} or until that is revoked: then write this again.`
}

const isDuplicate = (error: unknown) =>
  error instanceof Error && error.name === 'InvalidPermission.Duplicate'

export async function revokeAddress(ec2: EC2Client, groupId: string, label: string) {
  const { ours } = await listRules(ec2, groupId)
  const mine = ours.filter((rule) => rule.label === cleanLabel(label))
  await deleteRules(ec2, groupId, mine)
  return mine.length > 0
    ? `${mine.map(({ address }) => address).join(', ')} may reach ${groupId} no more.`
    : `There is no rule of ${cleanLabel(label)} on ${groupId}.`
}

export async function describeRules(ec2: EC2Client, groupId: string) {
  const { ours, others, wider } = await listRules(ec2, groupId)
  const lines = [
    ...ours.map(
      ({ id, address, label, until }) =>
        `${id}  ${address}  ${label}  until ${until.toISOString()}`,
    ),
    ...others.map(({ id, address }) => `${id}  ${address}  made by hand`),
    ...wider.map(({ id, address }) => `${id}  ${address}  made by hand, wider than allow-ip’s`),
  ]
  return lines.length > 0 ? lines.join('\n') : `No address may reach ${groupId} on port 5432.`
}
