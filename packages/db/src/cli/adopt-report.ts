import type { Adoption } from '../adopt/adopt.ts'
import { reasons } from '../adopt/findings.ts'
import { type MessagesReport, messageReasons } from '../adopt/messages.ts'
import { asTable } from './table.ts'

export function describeAdoption(adoption: Adoption, isApplied: boolean): string[] {
  const { bootcamp, before, after, moved, expired, findings } = adoption
  const { hasBio, replyTo, hasSchemaInformation } = bootcamp
  const has = (there: boolean) => (there ? 'with' : 'without')
  return [
    `The bootcamp’s database: users ${has(hasBio)} bio, replies by ${replyTo}, ${has(hasSchemaInformation)} schema_information.`,
    ...table(
      ['table', 'before', isApplied ? 'after' : 'would be', 'quarantine'],
      (['users', 'activities'] as const).map((source) => [
        source,
        ...[before, after, moved].map((counts) => format(counts[source])),
      ]),
    ),
    ...table(
      ['table', 'reason', 'rows', 'in adopted.quarantine', 'rule'],
      findings.map(({ source, reason, is_moved, rows }) => [
        source,
        reason,
        format(rows),
        is_moved ? 'the row' : 'the old value',
        reasons[reason]?.says,
      ]),
    ),
    ...(expired > 0
      ? [
          `${format(expired)} cruds and replies have expired: nobody sees them, and they are kept until \`pnpm db sweep <environment> --adopted\`.`,
        ]
      : []),
    isApplied ? 'Adopted.' : 'Nothing was changed: add --apply to do it.',
  ]
}

export function describeMessages(report: MessagesReport, isApplied: boolean): string[] {
  const { messages, added, known, moved, groups } = report
  const adds = isApplied ? 'added' : 'to add'
  return [
    `${format(messages)} messages in the file: ${format(added)} ${adds} in ${format(groups)} groups, ${format(known)} were there.`,
    ...table(
      ['reason', 'messages', 'goes to the quarantine because'],
      Object.entries(moved).map(([reason, rows]) => [reason, format(rows), messageReasons[reason]]),
    ),
    ...(moved.unknown_person
      ? ['--by-handle gives messages of unknown people to who has the handle today.']
      : []),
    ...(isApplied ? [] : ['No message was written: add --apply to do it.']),
  ]
}

/** Not cut to the terminal’s width: a rule is to be read to its end. */
const table = (names: string[], rows: unknown[][]) =>
  rows.length === 0
    ? []
    : ['', ...asTable(names, rows, { width: Number.POSITIVE_INFINITY, isColoured: false }), '']

const format = (count: number) => count.toLocaleString('en')
