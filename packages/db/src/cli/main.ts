import { parseArgs } from 'node:util'
import { ConnectionUrlError, describeTarget, readConnectionUrl } from '../connection-url.ts'
import { explain } from '../explain.ts'
import { MigrationError } from '../migrate.ts'
import type { Command } from './command.ts'
import { migrateCommand } from './migrate.ts'
import { reconcileCommand } from './reconcile.ts'
import { removePersonCommand } from './remove-person.ts'
import { seedCommand } from './seed.ts'
import { setupCommand } from './setup.ts'
import { sweepCommand } from './sweep.ts'
import { readTarget, TargetError } from './targets.ts'

const commands: Record<string, Command> = {
  migrate: migrateCommand,
  seed: seedCommand,
  setup: setupCommand,
  reconcile: reconcileCommand,
  'remove-person': removePersonCommand,
  sweep: sweepCommand,
}

process.exitCode = await main(process.argv.slice(2))

/** 0: done; 1: it failed or was refused; 2: the words were off. */
async function main(words: string[]): Promise<number> {
  const parsed = parse(words)
  if (typeof parsed === 'string') {
    console.error(`${parsed}\n\n${help()}`)
    return 2
  }
  const { values: flags, positionals } = parsed
  const [name, ...rest] = positionals
  const command = name === undefined ? undefined : commands[name]
  if (flags.help || !command || !name) {
    console.log(command ? helpFor(name ?? '', command) : help())
    return flags.help || name === undefined ? 0 : 2
  }
  const operands = rest.splice(0, command.operands?.length ?? 0)
  const [environment = process.env.CRUDDUR_ENV || 'local'] = rest
  if (operands.length < (command.operands?.length ?? 0)) {
    console.error(`A word is missing.\n\n${helpFor(name, command)}`)
    return 2
  }
  let url: string | undefined
  try {
    const target = readTarget(environment, process.env)
    url = target.directUrl
    console.log(`${environment}: ${describeTarget(readConnectionUrl(url))}`)
    await command.run({ target, operands, flags, print: console.log })
    return 0
  } catch (error) {
    console.error(sentenceOf(error, url))
    return 1
  }
}

function parse(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        yes: { type: 'boolean' },
        confirm: { type: 'string' },
        size: { type: 'string' },
        apply: { type: 'boolean' },
        'by-handle': { type: 'boolean' },
      },
    })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function sentenceOf(error: unknown, url: string | undefined): string {
  const isSentence =
    error instanceof TargetError ||
    error instanceof MigrationError ||
    error instanceof ConnectionUrlError
  if (isSentence || url === undefined) return error instanceof Error ? error.message : String(error)
  return explain(error, url)
}

function help(): string {
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(15)}${summary}`,
  )
  return [
    'pnpm db <command> [environment] [flags]',
    '',
    ...lines,
    '',
    'The environment is local unless named, as an argument or in CRUDDUR_ENV: test, staging, prod, …',
    'Its database is <NAME>_CONNECTION_URL (CONNECTION_URL for local), also read from .env.<name>.',
  ].join('\n')
}

function helpFor(name: string, { summary, operands = [], flags, example }: Command): string {
  const words = [...operands.map((operand) => `<${operand}>`), '[environment]']
  const usage = ['pnpm db', name, ...words, ...flags.map((flag) => `[${flag}]`)].join(' ')
  return `${usage}\n\n  ${summary}\n\nExample: ${example}`
}
