import { listTables, type Table } from '../catalog.ts'
import { openSession } from '../session.ts'
import { defineCommand } from './command.ts'
import { asTable } from './table.ts'

export const tablesCommand = defineCommand({
  summary: 'list the tables with their rows, roughly, and their sizes',
  flags: { json: { type: 'boolean', help: 'print JSON' } },
  examples: ['pnpm db tables', 'pnpm db tables prod --json'],
  async run({ target, flags, print }) {
    const session = openSession(target.directUrl)
    const tables = await listTables(session).finally(session.close)
    if (flags.json) print(JSON.stringify(tables))
    else if (tables.length === 0) print(`No tables: run \`pnpm db migrate ${target.environment}\`.`)
    else {
      const rows = tables.map((table) => [
        nameOf(table),
        table.kind,
        sayRows(table.rows),
        sayBytes(table.bytes),
      ])
      for (const line of asTable(['table', 'kind', 'rows', 'size'], rows)) print(line)
    }
  },
})

/** As SQL finds it: what is in public needs no schema before it. */
export const nameOf = ({ schema, name }: Pick<Table, 'schema' | 'name'>) =>
  schema === 'public' ? name : `${schema}.${name}`

export const sayRows = (rows: number | null) =>
  rows === null ? 'unknown' : rows.toLocaleString('en')

/** With its indexes and all that hangs on it. */
export function sayBytes(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB']
  let size = bytes / 1024
  let unit = 0
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`
}
