import { inspectDatabase } from '../inspect-database.ts'
import { linkAccounts } from '../link-accounts.ts'
import { seed } from '../seed.ts'
import { seedBulk } from '../seed-bulk.ts'
import { type CommandContext, defineCommand, UsageError } from './command.ts'
import { confirmFlags, requireDisposable } from './permission.ts'
import { showProgress } from './progress.ts'
import { readLocal, TargetError } from './targets.ts'

export const sizeFlag = {
  size: {
    type: 'string',
    value: 'N',
    help: 'add N made-up cruds to the demo’s own',
    check: readSize,
  },
} as const

export const seedCommand = defineCommand({
  summary: 'write the demo data',
  flags: { ...sizeFlag, ...confirmFlags },
  examples: ['pnpm db seed', 'pnpm db seed --size 1000000'],
  async run({ target, flags, print }) {
    await requireDisposable('seed', target, flags)
    await writeDemo({ target, print }, readSize(flags.size))
  },
})

export async function writeDemo(
  { target: { url, directUrl, environment }, print }: Pick<CommandContext, 'target' | 'print'>,
  size: number | undefined,
) {
  const { shape } = await inspectDatabase(directUrl)
  if (shape !== 'ours') {
    const command = `\`pnpm db ${shape === 'bootcamp' ? 'adopt' : 'migrate'} ${environment}\``
    const there = shape === 'bootcamp' ? 'the bootcamp’s are' : 'nothing of ours is'
    throw new TargetError(`Our tables are not there, ${there}: run ${command} first.`)
  }
  const wrote = await seed(directUrl)
  // Where `pnpm dev` runs on it, the demo’s people have accounts already.
  const { connectionUrl, people: accounts = [] } = readLocal()
  if (connectionUrl === url) await linkAccounts(directUrl, accounts)
  print(`Seeded ${wrote.people} people and ${wrote.cruds} cruds with their replies.`)
  if (size === undefined) return
  const bulk = await seedBulk(directUrl, size, showProgress('  cruds', size))
  const [people, cruds] = [countOf(bulk.people, 'person', 'people'), countOf(bulk.cruds, 'crud')]
  print(`Filled up with ${people} and ${cruds}.`)
}

const countOf = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`

export function readSize(size: string | undefined): number | undefined {
  if (size === undefined) return undefined
  if (!/^[1-9]\d{0,7}$/.test(size)) {
    throw new UsageError(`--size takes a whole number from 1 to 99999999, not "${size}".`)
  }
  return Number(size)
}
