import { createInterface } from 'node:readline/promises'
import { connect } from '../client.ts'
import { type Departure, deletePerson } from '../queries/leaving.ts'
import { isHandle } from '../queries/people-names.ts'
import { findIam } from '../session.ts'
import { defineCommand, UsageError } from './command.ts'
import { confirmFlags, requireWord } from './permission.ts'
import { isProduction, type Target, TargetError } from './targets.ts'

// Nobody waits for an answer here, and a person may have written for years.
const deadlineMs = 30 * 60_000

export const removePersonCommand = defineCommand({
  summary: 'delete a person with all that is theirs, for good',
  operands: ['handle'],
  flags: {
    yes: { type: 'boolean', help: 'do it without asking' },
    confirm: {
      ...confirmFlags.confirm,
      help: 'the name of the database, where it is prod’s under another name',
    },
  },
  examples: ['pnpm db remove-person londo staging'],
  async run({ target, operands: [given = ''], flags, print }) {
    const handle = given.replace(/^@/, '')
    if (!isHandle(handle)) throw new UsageError(`"${given}" is no handle: nothing was done.`)
    const { keptBy = '' } = target
    if (isProduction(keptBy)) {
      await requireWord('remove-person', target, flags, `This is the database of ${keptBy}`)
    }
    await requireHandle(handle, target, flags.yes)
    const { db, close } = connect(target.directUrl, {
      applicationName: 'cruddur-remove-person',
      poolSize: 1,
      iam: findIam(target.directUrl),
      deadlineMs,
    })
    try {
      const gone = await deletePerson(db, { handle })
      if (!gone) {
        throw new TargetError(`Nobody in ${target.environment} is @${handle}: nothing was done.`)
      }
      print(describe(gone))
    } finally {
      await close()
    }
  },
})

/** What cannot be undone needs a person’s word, in every environment. */
async function requireHandle(handle: string, { environment }: Target, yes: boolean | undefined) {
  if (yes) return
  if (!process.stdin.isTTY) {
    throw new TargetError(
      `remove-person cannot be undone, so it needs your word: add --yes to delete @${handle} of ${environment}.`,
    )
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await prompt.question('Type the handle again to delete all that is theirs: ')
  prompt.close()
  if (typed !== handle) throw new TargetError('That is not the handle: nothing was done.')
}

const describe = ({ cruds, replies, answers, messageGroups, messages }: Departure) =>
  [
    'Gone: 1 person',
    `${cruds} cruds`,
    `${replies} replies`,
    `${answers} replies of others beneath them`,
    `${messageGroups} conversations with ${messages} messages.`,
  ].join(', ')
