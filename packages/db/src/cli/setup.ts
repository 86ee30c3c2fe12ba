import { createDatabase, dropDatabase } from '../databases.ts'
import { defineCommand } from './command.ts'
import { migrateCommand } from './migrate.ts'
import { dropFlags, requireDroppable } from './permission.ts'
import { readSize, sizeFlag, writeDemo } from './seed.ts'

export const setupCommand = defineCommand({
  summary: 'drop the database, create it, migrate and seed it',
  flags: { ...sizeFlag, ...dropFlags },
  examples: ['pnpm db setup', 'pnpm db setup staging --yes --confirm cruddur'],
  async run(context) {
    const { target, flags, print } = context
    const size = readSize(flags.size)
    await requireDroppable('setup', target, flags)
    await dropDatabase(target.directUrl, { force: flags.force === true })
    await createDatabase(target.directUrl)
    print('Dropped and created anew.')
    await migrateCommand.run({ ...context, flags: {} })
    await writeDemo(context, size)
  },
})
