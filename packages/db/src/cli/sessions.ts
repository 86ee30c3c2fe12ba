import { causeWith } from '../cause.ts'
import { readConnectionUrl } from '../connection-url.ts'
import { openSession, type Session } from '../session.ts'
import { type Connection, endConnection, listConnections } from '../sessions.ts'
import { defineCommand, UsageError } from './command.ts'
import { asTable, printable } from './table.ts'
import { TargetError } from './targets.ts'

export const sessionsCommand = defineCommand({
  summary: 'list who is connected and what they do; or end their connections',
  flags: {
    kill: { type: 'string', value: 'PID', help: 'end this one, whatever it does' },
    'kill-idle': { type: 'boolean', help: 'end those that are idle; not those in a transaction' },
    json: { type: 'boolean', help: 'print JSON' },
  },
  examples: [
    'pnpm db sessions prod',
    'pnpm db sessions prod --kill 4711',
    'pnpm db sessions --kill-idle',
  ],
  async run({ target, flags, print }) {
    const pid = readPid(flags.kill)
    if (pid !== undefined && flags['kill-idle']) {
      throw new UsageError('--kill ends one session and --kill-idle many: give one of the two.')
    }
    const session = openSession(target.directUrl, 'cruddur-sessions')
    try {
      const listed = await listConnections(session)
      if (pid === undefined && !flags['kill-idle']) {
        const lines = flags.json ? [JSON.stringify(listed)] : sayAll(listed)
        for (const line of lines) print(line)
        return
      }
      const chosen = listed.filter((each) =>
        pid === undefined ? each.state === 'idle' : each.pid === pid,
      )
      if (pid !== undefined && chosen.length === 0) {
        const { database } = readConnectionUrl(target.directUrl)
        throw new TargetError(`No session on ${database} has the pid ${pid}: nothing was done.`)
      }
      const ended = await endAll(session, chosen)
      if (flags.json) print(JSON.stringify({ ended }))
      else for (const line of sayEnded(ended)) print(line)
    } finally {
      await session.close()
    }
  },
})

function readPid(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError('--kill takes the pid of a session.')
  return Number(text)
}

async function endAll(session: Session, chosen: Connection[]): Promise<Connection[]> {
  const ended: Connection[] = []
  for (const connection of chosen) {
    try {
      if (await endConnection(session, connection.pid)) ended.push(connection)
    } catch (error) {
      if (causeWith(error, 'code') !== '42501') throw error
      throw new TargetError(
        `${ended.length} ended; ${connection.pid} is ${connection.user}’s, and Postgres lets you end only your own. Connect as that role, or have \`grant pg_signal_backend\` given to yours.`,
      )
    }
  }
  return ended
}

function sayAll(connections: Connection[]): string[] {
  if (connections.length === 0) return ['Nobody else is connected.']
  return asTable(
    ['pid', 'user', 'application', 'client', 'state', 'for', 'age', 'query start', 'statement'],
    connections.map((each) => [
      each.pid,
      each.user,
      each.application,
      each.client,
      each.state,
      saySeconds(each.stateSeconds),
      saySeconds(each.ageSeconds),
      each.queryStart,
      each.statement.slice(0, 80),
    ]),
  )
}

const sayEnded = (ended: Connection[]) => [
  ...ended.map(
    ({ pid, user, application, client, state, stateSeconds }) =>
      `Ended ${pid}: ${printable(application) || 'unnamed'} as ${user} from ${client}, ${state} for ${saySeconds(stateSeconds)}.`,
  ),
  ...(ended.length === 0 ? ['None to end.'] : []),
]

function saySeconds(seconds: number | null): string | null {
  if (seconds === null) return null
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`
}
