import { inspectDatabase } from '../inspect-database.ts'
import { linkAccounts } from '../link-accounts.ts'
import { seed } from '../seed.ts'
import { seedBulk } from '../seed-bulk.ts'
import { type CommandContext, defineCommand, UsageError } from './command.ts'
import { confirmFlags, requireDisposable } from './permission.ts'
import { showProgress } from './progress.ts'
import { readLocal, TargetError } from './targets.ts'

export const sizeFlag = {
  size: { type: 'string', value: 'N', help: 'add N made-up cruds to the demo’s own' },
} as const

export const seedCommand = defineCommand({
  summary: 'write the demo data',
  flags: { ...sizeFlag, ...confirmFlags },
  examples: ['pnpm db seed', 'pnpm db seed --size 1000000'],
  async run({ target, flags, print }) {
    const size = readSize(flags.size)
    await requireDisposable('seed', target, flags)
    await writeDemo({ target, print }, size)
  },
})

export async function writeDemo(
  { target: { url, directUrl, environment }, print }: Pick<CommandContext, 'target' | 'print'>,
  size: number | undefined,
) {
  const { shape } = await inspectDatabase(directUrl)
  if (shape !== 'ours') {
    throw new TargetError(`Our tables are not there: run \`pnpm db migrate ${environment}\` first.`)
  }
  const wrote = await seed(directUrl)
  // Where `pnpm dev` runs on it, the demo’s people have accounts already.
  const { connectionUrl, people = [] } = readLocal()
  if (connectionUrl === url) await linkAccounts(directUrl, people)
  print(`Seeded ${wrote.people} people and ${wrote.cruds} cruds with their replies.`)
  if (size === undefined) return
  const bulk = await seedBulk(directUrl, size, showProgress('  cruds', size))
  print(`Filled up with ${bulk.people} people and ${bulk.cruds} cruds.`)
}

export function readSize(size: string | undefined): number | undefined {
  if (size === undefined) return undefined
  if (!/^[1-9]\d{0,7}$/.test(size)) {
    throw new UsageError(`--size takes a whole number from 1 to 99999999, not "${size}".`)
  }
  return Number(size)
}
