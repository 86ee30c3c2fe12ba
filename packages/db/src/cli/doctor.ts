import { examine } from '../doctor.ts'
import type { Check } from '../doctor-way.ts'
import { CommandExit, defineCommand, UsageError } from './command.ts'
import { mayColour, printable } from './table.ts'

export const doctorCommand = defineCommand({
  summary: 'look for what is wrong with a database, and say what to do about it',
  flags: {
    processes: { type: 'string', value: 'N', help: 'how many processes the API is to run in; 1' },
    pool: { type: 'string', value: 'N', help: 'connections in each one’s pool; 10' },
    json: { type: 'boolean', help: 'print JSON' },
  },
  examples: ['pnpm db doctor prod', 'pnpm db doctor prod --processes 6 --json'],
  async run({ target, flags, print }) {
    const checks: Check[] = []
    const patient = {
      ...target,
      processes: readCount('processes', flags.processes ?? '1'),
      poolSize: readCount('pool', flags.pool ?? '10'),
    }
    for await (const check of examine(patient)) {
      checks.push(check)
      if (!flags.json) for (const line of inLines(check)) print(line)
    }
    const last = checks.at(-1)
    if (!flags.json && last?.state === 'fail' && wayThere.includes(last.name)) {
      print(`Stopped at ${last.name}: what lies behind it is not known.`)
    }
    const failed = checks.filter(({ state }) => state === 'fail')
    if (flags.json) print(JSON.stringify({ healthy: failed.length === 0, checks }))
    if (failed.length > 0) throw new CommandExit(1)
  },
})

const wayThere = ['dns', 'tcp', 'tls', 'login']

function readCount(flag: string, text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new UsageError(`--${flag} takes a whole number.`)
  return Number(text)
}

const colours = { ok: 32, warn: 33, fail: 31 }

function inLines({ name, state, says, todo }: Check): string[] {
  const mark = mayColour() ? `\x1b[${colours[state]}m${state}\x1b[0m` : state
  const indent = ' '.repeat(6)
  return [
    `${mark}${' '.repeat(6 - state.length)}${name.padEnd(13)}${printable(says)}`,
    ...(todo ? [`${indent}${' '.repeat(13)}→ ${printable(todo)}`] : []),
  ]
}
