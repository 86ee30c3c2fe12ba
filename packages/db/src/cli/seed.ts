import { seed } from '../seed.ts'
import { seedBulk } from '../seed-bulk.ts'
import type { Command } from './command.ts'
import { requireDisposable } from './permission.ts'
import { showProgress } from './progress.ts'
import { TargetError } from './targets.ts'

export const seedCommand: Command = {
  summary: 'write the demo data; --size N adds N made-up cruds',
  flags: ['--size N', '--yes', '--confirm NAME'],
  example: 'pnpm db seed --size 1000000',
  async run({ target, flags, print }) {
    const size = readSize(flags.size)
    await requireDisposable('seed', target, flags)
    const wrote = await seed(target.directUrl)
    print(`Seeded ${wrote.people} people and ${wrote.cruds} cruds with their replies.`)
    if (size === undefined) return
    const bulk = await seedBulk(target.directUrl, size, showProgress('  cruds', size))
    print(`Filled up with ${bulk.people} people and ${bulk.cruds} cruds.`)
  },
}

function readSize(size: string | undefined): number | undefined {
  if (size === undefined) return undefined
  if (!/^[1-9]\d{0,7}$/.test(size)) {
    throw new TargetError(`--size takes a whole number from 1 to 99999999, not "${size}".`)
  }
  return Number(size)
}
