import type { Migration } from '../migrations-folder.ts'
import { rollback } from '../rollback.ts'
import { defineCommand } from './command.ts'
import { confirmFlags, requireDisposable } from './permission.ts'
import { withSeconds } from './progress.ts'

export const rollbackCommand = defineCommand({
  summary: 'undo the last migration, with the data in what it made',
  flags: {
    to: { type: 'string', value: 'TAG', help: 'undo all after this one; its number will do' },
    ...confirmFlags,
  },
  examples: ['pnpm db rollback', 'pnpm db rollback test --to 0001'],
  async run({ target, flags, print }) {
    await requireDisposable('rollback', target, flags)
    const onUndone = ({ tag }: Migration) => print(`  undid ${tag}`)
    const undone = await withSeconds(rollback(target.directUrl, { to: flags.to, onUndone }))
    print(undone.length === 0 ? 'Nothing to undo.' : `${undone.length} undone.`)
  },
})
