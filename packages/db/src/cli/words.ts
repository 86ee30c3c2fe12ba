import { parseArgs } from 'node:util'
import {
  type Alias,
  type Command,
  type Flags,
  type FlagValues,
  sayWord,
  UsageError,
} from './command.ts'
import { helpAll, helpFor } from './help.ts'
import { findNearest } from './nearest.ts'

const helpFlag = { type: 'boolean', short: 'h', help: 'say this' } as const

type Commands = ReadonlyMap<string, Command | Alias>

export interface Request {
  command: Command
  operands: string[]
  environment: string | undefined
  flags: FlagValues
  /** To be said first. */
  note: string | undefined
}

/** What the words ask for, or the help that they ask for; wrong ones are refused by name. */
export function readWords(given: string[], commands: Commands): Request | string {
  const [first, ...rest] = given[0] === '--' ? given.slice(1) : given
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    return helpAll(commands)
  }
  const { name, command, note } = findCommand(first, rest, commands)
  const { positionals, flags } = readFlags(rest, name, command.flags ?? {})
  if (flags.help) return helpFor(name, command)
  const names = command.operands ?? []
  const operands = positionals.splice(0, names.length)
  const [environment, extra] = positionals
  const missing = names[operands.length]
  if (missing) throw new UsageError(`A word is missing: <${missing}>.\n\n${helpFor(name, command)}`)
  if (extra !== undefined) {
    throw new UsageError(`${sayWord(extra)} is a word too many.\n\n${helpFor(name, command)}`)
  }
  return { command, operands, environment, flags, note }
}

function findCommand(name: string, rest: string[], commands: Commands) {
  const found = commands.get(name)
  if (found && 'run' in found) return { name, command: found, note: undefined }
  const command = found && commands.get(found.now)
  if (command && 'run' in command) {
    return { name: found.now, command, note: `${name} is now ${found.now}.` }
  }
  const [second] = rest
  const nearest =
    second && commands.has(second)
      ? `pnpm db ${second} ${name}`
      : findNearest(name.toLowerCase(), [...commands.keys(), 'help', '--help'])
  const guess = nearest ? `Did you mean \`${nearest}\`?` : 'See `pnpm db --help`.'
  throw new UsageError(`${sayWord(name)} is no command. ${guess}`)
}

/** Not parseArgs’ own strictness: its sentences speak to programmers. */
function readFlags(args: string[], command: string, known: Flags) {
  const options: Flags = { ...known, help: helpFlag }
  const { positionals, tokens } = parseArgs({
    args,
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const flags: FlagValues = {}
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    const flag = Object.hasOwn(options, name) ? options[name] : undefined
    if (!flag) {
      const nearest = findNearest(name, Object.keys(options))
      const guess = nearest ? `Did you mean --${nearest}?` : `See \`pnpm db ${command} --help\`.`
      throw new UsageError(`${command} takes no ${rawName}. ${guess}`)
    }
    if (flag.type === 'boolean' && inlineValue) {
      throw new UsageError(`${rawName} takes no value.`)
    }
    if (flag.type === 'string' && (!value || (!inlineValue && value.startsWith('-')))) {
      throw new UsageError(`${rawName} wants a value: ${rawName} ${known[name]?.value ?? 'VALUE'}.`)
    }
    if (Object.hasOwn(flags, name)) throw new UsageError(`${rawName} is given twice.`)
    if (value) flag.check?.(value)
    flags[name] = value ?? true
  }
  return { positionals, flags }
}
