import { inspectHistory, migrate } from '../migrate.ts'
import type { Migration } from '../migrations-folder.ts'
import { defineCommand } from './command.ts'
import { withSeconds } from './progress.ts'

export const migrateCommand = defineCommand({
  summary: 'apply the migrations that are pending',
  flags: {
    'dry-run': { type: 'boolean', help: 'print the SQL that would run, and run nothing' },
  },
  examples: ['pnpm db migrate staging', 'pnpm db migrate prod --dry-run > pending.sql'],
  async run({ target, flags, print }) {
    if (flags['dry-run']) {
      const { pending } = await inspectHistory(target.directUrl)
      print(pending.map(asScript).join('\n') || '-- Nothing to migrate.')
      return
    }
    const onApplied = ({ tag }: Migration) => print(`  applied ${tag}`)
    const applied = await withSeconds(migrate(target.directUrl, { onApplied }))
    print(applied.length === 0 ? 'Nothing to migrate.' : `${applied.length} applied.`)
  },
})

function asScript({ tag, transactional, statements }: Migration): string {
  const manner = transactional ? 'in one transaction' : 'each statement by itself'
  const lines = statements.map((statement) => statement.trim().replace(/;?$/, ';'))
  return [`-- ${tag}, ${manner}`, ...lines, ''].join('\n')
}
