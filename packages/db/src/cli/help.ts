import type { Alias, Command } from './command.ts'

export function helpAll(commands: ReadonlyMap<string, Command | Alias>): string {
  return [
    'pnpm db <command> [environment] [flags]',
    '',
    ...inColumns(
      [...commands].map(([name, each]) => [name, 'now' in each ? `now ${each.now}` : each.summary]),
    ),
    '',
    'The environment is local, or the one named here or in CRUDDUR_ENV: test, staging, prod, …',
    'Its database is <NAME>_CONNECTION_URL (CONNECTION_URL for local), also read from .env.<name>.',
    '`pnpm db <command> --help` says more. Exit codes: 0 done, 1 failed or refused, 2 wrong words.',
  ].join('\n')
}

export function helpFor(name: string, { summary, operands = [], flags = {}, examples }: Command) {
  const lines = Object.entries(flags).map(([flag, { value, help }]): [string, string] => [
    `--${flag}${value ? ` ${value}` : ''}`,
    help,
  ])
  const words = [
    ...operands.map((operand) => `<${operand}>`),
    '[environment]',
    ...(lines.length > 0 ? ['[flags]'] : []),
  ]
  return [
    `pnpm db ${name} ${words.join(' ')}`,
    `\n  ${summary}\n`,
    ...inColumns(lines),
    ...(lines.length > 0 ? [''] : []),
    examples.length > 1 ? 'Examples:' : 'Example:',
    ...examples.map((example) => `  ${example}`),
  ].join('\n')
}

function inColumns(lines: [string, string][]): string[] {
  const width = Math.max(...lines.map(([left]) => left.length)) + 2
  return lines.map(([left, right]) => `  ${left.padEnd(width)}${right}`)
}
