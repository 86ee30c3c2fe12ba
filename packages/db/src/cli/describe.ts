import { describeTable, listTables, type Table, type TableDescription } from '../catalog.ts'
import { openSession } from '../session.ts'
import { defineCommand, sayWord } from './command.ts'
import { findNearest } from './nearest.ts'
import { asTable, printable } from './table.ts'
import { nameOf, sayBytes, sayRows } from './tables.ts'
import { type Target, TargetError } from './targets.ts'

export const describeCommand = defineCommand({
  summary: 'show a table’s columns, indexes, constraints and triggers',
  operands: ['table'],
  flags: { json: { type: 'boolean', help: 'print JSON' } },
  examples: ['pnpm db describe activities', 'pnpm db describe users prod --json'],
  async run({ target, operands: [name = ''], flags, print }) {
    const description = await getDescription(target, name)
    if (flags.json) print(JSON.stringify(description))
    else for (const line of inSections(description)) print(line)
  },
})

async function getDescription({ directUrl, environment }: Target, name: string) {
  const session = openSession(directUrl)
  try {
    const tables = await listTables(session)
    const found = tables.find((table) => [nameOf(table), fullName(table)].includes(name))
    const description = found && (await describeTable(session, found))
    if (description) return description
    const nearest = findNearest(name, tables.map(nameOf))
    const next = nearest ? `Did you mean ${nearest}?` : `See \`pnpm db tables ${environment}\`.`
    throw new TargetError(`${environment} has no table ${sayWord(name)}. ${next}`)
  } finally {
    await session.close()
  }
}

const fullName = ({ schema, name }: Table) => `${schema}.${name}`

function inSections(description: TableDescription): string[] {
  const { columns, indexes, constraints, referencedBy, triggers, kind, rows, bytes } = description
  const section = (title: string, lines: string[]) =>
    lines.length > 0 ? ['', `${title}:`, ...lines.map((line) => `  ${printable(line)}`)] : []
  return [
    `${kind} ${nameOf(description)}, ${sayRows(rows)} rows, ${sayBytes(bytes)}`,
    '',
    ...asTable(
      ['column', 'type', 'nullable', 'default'],
      columns.map((column) => [
        column.name,
        column.type,
        column.nullable ? 'yes' : 'no',
        column.default ?? '',
      ]),
    ),
    ...section(
      'Indexes',
      indexes.map(
        ({ definition, bytes, valid }) =>
          `${definition.replace(/^CREATE /, '')}, ${sayBytes(bytes)}${valid ? '' : ', INVALID'}`,
      ),
    ),
    ...section(
      'Constraints',
      constraints.map((each) => `${each.name} ${each.definition}`),
    ),
    ...section(
      'Referenced by',
      referencedBy.map((each) => `${each.table}: ${each.name} ${each.definition}`),
    ),
    ...section(
      'Triggers',
      triggers.map(({ definition }) => definition.replace(/^CREATE /, '')),
    ),
  ]
}
