import type { EC2Client } from '@aws-sdk/client-ec2'
import {
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
  const { groupId, address, hours } = asked
  const label = cleanLabel(asked.label)
  const listed = await listRules(ec2, groupId)
  const now = Date.now()
  const mine = findMine(listed, label, asked)
  const [kept, ...duplicates] = mine
  const isOver = (rule: Rule) => !(rule.until.getTime() > now)
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
    return sayTheirs(address, groupId, theirs.id)
  }
  try {
    if (kept) await updateRule(ec2, groupId, { id: kept.id, address, label, until })
    else await insertRule(ec2, groupId, { address, label, until })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    // Another start of ours was faster, or an answer was lost and the call sent again.
    return sayTheirs(address, groupId, undefined)
  }
  return may(until)
}

/** The rule to keep comes first: the one that has the address already, else the given one. */
function findMine(listed: Listed, label: string, { ruleId, address }: Asked): Rule[] {
  const given = listed.others
    .filter(({ id }) => id === ruleId)
    .map((rule) => ({ ...rule, label, until: new Date(0) }))
  const mine = [
    ...given,
    ...listed.ours.filter((rule) => rule.label === label || rule.id === ruleId),
  ]
  return mine.sort((a, b) => Number(b.address === address) - Number(a.address === address))
}

const sayTheirs = (address: string, groupId: string, ruleId: string | undefined) =>
  `${address} may reach ${groupId} on port 5432 already${ruleId ? `, by the rule ${ruleId}` : ''}.`

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
  const { ours, others } = await listRules(ec2, groupId)
  const lines = [
    ...ours.map(
      ({ id, address, label, until }) =>
        `${id}  ${address}  ${label}  until ${until.toISOString()}`,
    ),
    ...others.map(({ id, address }) => `${id}  ${address}  made by hand`),
  ]
  return lines.length > 0 ? lines.join('\n') : `No address may reach ${groupId} on port 5432.`
}
