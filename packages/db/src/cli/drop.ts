import { dropDatabase } from '../databases.ts'
import { defineCommand } from './command.ts'
import { dropFlags, requireDroppable } from './permission.ts'

export const dropCommand = defineCommand({
  summary: 'drop the database with all that is in it',
  flags: dropFlags,
  examples: ['pnpm db drop test', 'pnpm db drop staging --yes --confirm cruddur'],
  async run({ target, flags, print }) {
    await requireDroppable('drop', target, flags)
    await dropDatabase(target.directUrl, { force: flags.force === true })
    print('Dropped.')
  },
})
