import { MigrationError } from '../journal.ts'
import { inspectHistory } from '../migrate.ts'
import { defineCommand } from './command.ts'

export const statusCommand = defineCommand({
  summary: 'list the migrations: when each was applied, and what is pending',
  flags: {
    check: { type: 'boolean', help: 'exit with 1 while a migration is pending' },
    json: { type: 'boolean', help: 'print JSON' },
  },
  examples: ['pnpm db status prod', 'pnpm db status prod --check --json'],
  async run({ target, flags, print }) {
    const history = await inspectHistory(target.directUrl)
    const pending = history.pending.map(({ tag }) => tag)
    const applied = history.applied.map(({ migration: { tag }, appliedAt }) => ({ tag, appliedAt }))
    if (flags.json) print(JSON.stringify({ applied, pending }))
    else {
      const width = Math.max(
        ...[...applied.map(({ tag }) => tag), ...pending].map((tag) => tag.length),
      )
      for (const { tag, appliedAt } of applied) {
        print(`${tag.padEnd(width)}  applied ${appliedAt.toISOString()}`)
      }
      for (const tag of pending) print(`${tag.padEnd(width)}  pending`)
    }
    if (flags.check && pending.length > 0) {
      throw new MigrationError(
        `${pending.length} to apply: run \`pnpm db migrate ${target.environment}\`.`,
      )
    }
  },
})
