import { causeWith } from '../cause.ts'
import { type Answer, openSession } from '../session.ts'
import { defineCommand, UsageError } from './command.ts'
import { withSeconds } from './progress.ts'
import { asCell, asTable } from './table.ts'
import { isProduction, type Target, TargetError } from './targets.ts'

export const sqlCommand = defineCommand({
  summary: 'run one statement and print its rows; on prod it may only read',
  operands: ['statement'],
  flags: { json: { type: 'boolean', help: 'print JSON: the rows, or how many were written' } },
  examples: [
    'pnpm db sql "select handle, created_at from users" staging',
    'pnpm db sql "select count(*) from activities" prod --json',
  ],
  async run({ target, operands: [statement = ''], flags, print }) {
    refuseUnfit(statement, target)
    const answer = await withSeconds(ask(target, statement))
    for (const line of flags.json ? [asJson(answer)] : asLines(answer)) print(line)
  },
})

const isReadOnly = ({ environment, keptBy = environment }: Target) => isProduction(keptBy)

// Postgres lets much else run in a read-only transaction: DO, LOCK, REINDEX, NOTIFY.
const reading = /^[\s(]*(select|with|table|values|show|explain)\b/i

/** Even who may only read may COPY to a program of the server, as a superuser. */
function refuseUnfit(statement: string, target: Target) {
  const start = withoutComments(statement)
  const place = `\`pnpm db connect ${target.environment}\``
  if (!start) {
    throw new UsageError('There is no statement: write one, as in `pnpm db sql "select now()"`.')
  }
  if (/^copy\b/i.test(start)) {
    throw new TargetError(`COPY is for ${place}, whose \\copy knows your files.`)
  }
  if (isReadOnly(target) && !reading.test(start)) {
    throw new TargetError(
      `Here a statement begins with select, with, table, values, show or explain. To change ${target.environment}, write a migration, or use ${place}.`,
    )
  }
}

/** From the first word that Postgres sees; one of its comments may hold others. */
function withoutComments(statement: string): string {
  const start = statement.replace(/^([\s;]|--[^\r\n]*)+/, '')
  if (!start.startsWith('/*')) return start
  let depth = 0
  for (const { 0: mark, index } of start.matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1
    if (depth === 0) return withoutComments(start.slice(index + mark.length))
  }
  return start
}

/** One statement in a transaction of its own, so that none in its text could end the reading. */
async function ask(target: Target, statement: string): Promise<Answer> {
  const session = openSession(target.directUrl, 'cruddur-sql')
  const onlyReads = isReadOnly(target)
  try {
    // After the first select, Postgres lets nobody make it a writing one.
    await session.query(
      `begin ${onlyReads ? 'read only' : ''}; set local statement_timeout = '60s'; select 1`,
    )
    const answer = await session.queryOne(statement).catch((error: unknown) => {
      throw refusalOf(error, target.environment)
    })
    await session.query(onlyReads ? 'rollback' : 'commit')
    return answer
  } finally {
    await session.close()
  }
}

function refusalOf(error: unknown, environment: string): unknown {
  const code = causeWith(error, 'code') ?? ''
  if (causeWith(error, 'severity') === undefined) return error
  const next: Record<string, string> = {
    '25006': ` To change ${environment}, write a migration, or use \`pnpm db connect ${environment}\`.`,
    '25001': ` Use \`pnpm db connect ${environment}\`, which opens none.`,
    '42601': ' One statement at a time.',
    '57014': ` A statement has 60 s here, and all the time in \`pnpm db connect ${environment}\`.`,
  }
  const hint = causeWith(error, 'hint')
  const message = `Postgres refuses it: ${causeWith(error, 'message')} (${code}).`
  return new TargetError(`${message}${hint ? ` ${hint}` : ''}${next[code] ?? ''}`)
}

function asLines({ columns, rows, command, count }: Answer): string[] {
  if (columns.length === 0) return [`${command} ${count ?? ''}`.trim()]
  const names = columns.map(({ name }) => name)
  return [...asTable(names, rows), `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`]
}

const asJson = ({ columns, rows, command, count }: Answer) =>
  columns.length === 0 ? JSON.stringify({ command, count }) : asObjects({ columns, rows })

/** json and jsonb come as text, whose numbers JavaScript could not all hold. */
const isJson = (type: number) => type === 114 || type === 3802

function asObjects({ columns, rows }: Pick<Answer, 'columns' | 'rows'>) {
  const names = columns.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) {
    throw new TargetError(`Two columns are called ${twice}: name one of them with \`as\`.`)
  }
  const objects = rows.map((row) => {
    const members = columns.map(({ name, type }, at) => {
      const value = row[at]
      const text = isJson(type) && value !== null ? value : JSON.stringify(asPlain(value))
      return `${JSON.stringify(name)}:${text}`
    })
    return `{${members.join(',')}}`
  })
  return `[${objects.join(',')}]`
}

/** What JSON has no way to write is the table’s text. */
function asPlain(value: unknown) {
  const isWritten = typeof value === 'number' ? Number.isFinite(value) : !ArrayBuffer.isView(value)
  return isWritten ? value : asCell(value)
}
