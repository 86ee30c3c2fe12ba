import { createDatabase } from '../databases.ts'
import { defineCommand } from './command.ts'

export const createCommand = defineCommand({
  summary: 'create the database, empty; nothing happens where it exists',
  examples: ['pnpm db create staging'],
  async run({ target, print }) {
    const created = await createDatabase(target.directUrl)
    print(
      created
        ? `Created. Next: \`pnpm db migrate ${target.environment}\`.`
        : 'It exists already: nothing was done.',
    )
  },
})
