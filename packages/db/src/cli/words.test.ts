import { describe, expect, it } from 'vitest'
import { type Alias, type Command, defineCommand } from './command.ts'
import { readWords } from './words.ts'

const seed = defineCommand({
  summary: 'write the demo data',
  flags: {
    size: { type: 'string', value: 'N', help: 'how much' },
    yes: { type: 'boolean', help: 'do not ask' },
  },
  examples: ['pnpm db seed', 'pnpm db seed --size 5'],
  run: async () => {},
})
const describeTable = defineCommand({
  summary: 'show a table',
  operands: ['table'],
  examples: ['pnpm db describe users'],
  run: async () => {},
})
const commands = new Map<string, Command | Alias>([
  ['seed', seed],
  ['describe', describeTable],
  ['plant', { now: 'seed' }],
])
const read = (line: string) => readWords(line.split(' ').filter(Boolean), commands)

describe('words', () => {
  it('are a command, its own words, the environment and flags in any order', () => {
    expect(read('describe users staging')).toMatchObject({
      command: describeTable,
      operands: ['users'],
      environment: 'staging',
    })
    const request = { command: seed, environment: 'demo', flags: { size: '5', yes: true } }
    expect(read('seed --yes demo --size=5')).toMatchObject(request)
    expect(read('-- seed --size 5 -- demo')).toMatchObject({ environment: 'demo' })
  })

  it('may be a command’s former name', () => {
    expect(read('plant demo')).toMatchObject({ command: seed, note: 'plant is now seed.' })
  })

  it.each([
    ['sead', '"sead" is no command. Did you mean `seed`?'],
    ['sede', 'Did you mean `seed`?'],
    ['desc users', 'Did you mean `describe`?'],
    ['prod seed', 'Did you mean `pnpm db seed prod`?'],
    ['SEED', 'Did you mean `seed`?'],
    ['hlep', 'Did you mean `help`?'],
    ['--hlep', 'Did you mean `--help`?'],
    ['-help', 'Did you mean `help`?'],
    ['explode', '"explode" is no command. See `pnpm db --help`.'],
    ['toString', '"toString" is no command'],
    ['__proto__', '"__proto__" is no command'],
    ['--yes seed', '"--yes" is no command'],
    ['seed --sise 5', 'seed takes no --sise. Did you mean --size?'],
    ['describe users --size 5', 'describe takes no --size. See `pnpm db describe --help`.'],
    ['seed --__proto__=1', 'seed takes no --__proto__'],
    ['seed --yes=no', '--yes takes no value'],
    ['seed --size --yes', '--size wants a value: --size N'],
    ['seed --size', '--size wants a value: --size N'],
    ['seed --size 5 --size=6', '--size is given twice'],
    ['seed --yes --yes', '--yes is given twice'],
    ['seed demo prod', '"prod" is a word too many.\n\npnpm db seed'],
    ['describe', 'A word is missing: <table>.\n\npnpm db describe <table> [environment]'],
    ['seed demo postgres://me:hidden@host/x', 'That is a word too many'],
  ])('%s: refused by name', (line, sentence) => {
    expect(() => read(line)).toThrow(expect.objectContaining({ name: 'UsageError' }))
    expect(() => read(line)).toThrow(sentence)
    expect(() => read(line)).not.toThrow('hidden')
  })
})

it('helps, with every flag and an example', () => {
  expect(read('')).toBe(read('--help'))
  expect(read('--help')).toMatch(/^ {2}seed {6}write the demo data\n.*\n {2}plant {5}now seed$/m)
  expect(read('--help')).toContain('Exit codes: 0 done, 1 failed or refused, 2 wrong words')
  const help = read('seed prod --help')
  expect(help).toMatch(/^pnpm db seed \[environment\] \[flags\]\n/)
  expect(help).toMatch(/^ {2}--size N {2}how much\n {2}--yes {5}do not ask$/m)
  expect(help).toMatch(/Examples:\n {2}pnpm db seed\n {2}pnpm db seed --size 5$/)
})
