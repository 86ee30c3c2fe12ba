import { rollback } from '../rollback.ts'
import { defineCommand } from './command.ts'
import { confirmFlags, requireDisposable } from './permission.ts'

export const rollbackCommand = defineCommand({
  summary: 'undo the last migration, with the data in what it made',
  flags: {
    to: { type: 'string', value: 'TAG', help: 'undo all after this one; its number will do' },
    ...confirmFlags,
  },
  examples: ['pnpm db rollback', 'pnpm db rollback test --to 0001'],
  async run({ target, flags, print }) {
    await requireDisposable('rollback', target, flags)
    const undone = await rollback(target.directUrl, {
      to: flags.to,
      onUndone: ({ tag }) => print(`  undid ${tag}`),
    })
    print(undone.length === 0 ? 'Nothing to undo.' : `${undone.length} undone.`)
  },
})
