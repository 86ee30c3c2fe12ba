import { migrate } from '../migrate.ts'
import type { Command } from './command.ts'

export const migrateCommand: Command = {
  summary: 'apply the migrations that are pending',
  flags: [],
  example: 'pnpm db migrate staging',
  async run({ target, print }) {
    const applied = await migrate(target.directUrl, {
      onApplied: ({ tag }) => print(`  applied ${tag}`),
    })
    print(applied.length === 0 ? 'Nothing to migrate.' : `${applied.length} applied.`)
  },
}
