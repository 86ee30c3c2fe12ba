import { createDatabase, dropDatabase } from '../databases.ts'
import type { Command } from './command.ts'
import { migrateCommand } from './migrate.ts'
import { requireDisposable } from './permission.ts'
import { seedCommand } from './seed.ts'

export const setupCommand: Command = {
  summary: 'drop the database, create it, migrate and seed it',
  flags: ['--size N', '--yes', '--confirm NAME'],
  example: 'pnpm db setup test',
  async run(context) {
    await requireDisposable('setup', context.target, context.flags)
    await dropDatabase(context.target.directUrl)
    await createDatabase(context.target.directUrl)
    context.print('Dropped and created anew.')
    await migrateCommand.run(context)
    await seedCommand.run(context)
  },
}
