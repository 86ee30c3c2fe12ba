import { causeWith } from '../cause.ts'
import { type Answer, openSession } from '../session.ts'
import { defineCommand } from './command.ts'
import { withSeconds } from './progress.ts'
import { asTable } from './table.ts'
import { isProduction, type Target, TargetError } from './targets.ts'

export const sqlCommand = defineCommand({
  summary: 'run one statement and print its rows; on prod it may only read',
  operands: ['statement'],
  flags: { json: { type: 'boolean', help: 'print the rows as JSON' } },
  examples: [
    'pnpm db sql "select handle, created_at from users" staging',
    'pnpm db sql "select count(*) from activities" prod --json',
  ],
  async run({ target, operands: [statement = ''], flags, print }) {
    const { columns, rows, command, count } = await withSeconds(ask(target, statement))
    const names = columns.map(({ name }) => name)
    if (flags.json) {
      print(JSON.stringify(asObjects({ columns, rows })))
      return
    }
    if (names.length > 0) for (const line of asTable(names, rows)) print(line)
    print(
      names.length > 0
        ? `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`
        : `${command} ${count ?? ''}`.trim(),
    )
  },
})

/** One statement in a transaction of its own, so that none in its text could end the reading. */
async function ask(target: Target, statement: string): Promise<Answer> {
  const { directUrl, environment, keptBy = environment } = target
  const isReadOnly = isProduction(keptBy)
  const session = openSession(directUrl, 'cruddur-sql')
  try {
    // After the first select, Postgres lets nobody make it a writing one.
    await session.query(
      `begin ${isReadOnly ? 'read only' : ''}; set local statement_timeout = '60s'; select 1`,
    )
    const answer = await session.queryOne(statement).catch((error: unknown) => {
      throw refusalOf(error, environment)
    })
    await session.query(isReadOnly ? 'rollback' : 'commit')
    return answer
  } finally {
    await session.close()
  }
}

function refusalOf(error: unknown, environment: string): unknown {
  if (error instanceof TypeError) {
    return new TargetError(
      `COPY is for \`pnpm db connect ${environment}\`, whose \\copy knows your files.`,
    )
  }
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

/** json and jsonb come as text. */
const isJson = (type: number | undefined) => type === 114 || type === 3802

function asObjects({ columns, rows }: Pick<Answer, 'columns' | 'rows'>) {
  const names = columns.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) {
    throw new TargetError(`Two columns are called ${twice}: name one of them with \`as\`.`)
  }
  return rows.map((row) =>
    Object.fromEntries(
      row.map((value, at) => [
        names[at],
        isJson(columns[at]?.type) && typeof value === 'string' ? JSON.parse(value) : value,
      ]),
    ),
  )
}
