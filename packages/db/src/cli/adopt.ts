import { readFileSync } from 'node:fs'
import { adopt, planAdoption } from '../adopt/adopt.ts'
import { importMessages, type MessagesReport } from '../adopt/messages.ts'
import { readScan } from '../adopt/read-scan.ts'
import { isLoopback, readConnectionUrl } from '../connection-url.ts'
import { inspectDatabase } from '../inspect-database.ts'
import { describeAdoption, describeMessages } from './adopt-report.ts'
import { defineCommand, UsageError } from './command.ts'
import { type Confirmation, confirmFlags, requireWord } from './permission.ts'
import { showProgress } from './progress.ts'
import { isProduction, type Target, TargetError } from './targets.ts'

export const adoptCommand = defineCommand({
  summary: 'make a database of the bootcamp ours, in place, losing nothing',
  flags: {
    plan: { type: 'boolean', help: 'say what would be done, and change nothing: the default' },
    apply: { type: 'boolean', help: 'do it, in one transaction' },
    messages: {
      type: 'string',
      value: 'FILE',
      help: 'also import what `aws dynamodb scan` printed of the table cruddur-messages',
    },
    'by-handle': {
      type: 'boolean',
      help: 'give messages of unknown people to who has the handle today, if you know it to be right',
    },
    json: { type: 'boolean', help: 'print the report as JSON' },
    ...confirmFlags,
  },
  examples: [
    'pnpm db adopt prod',
    'pnpm db adopt prod --apply --yes --confirm cruddur',
    'pnpm db adopt prod --apply --messages messages.json',
  ],
  async run({ target, flags, print }) {
    if (flags.apply && flags.plan) throw new UsageError('--plan and --apply exclude each other.')
    const isApplied = flags.apply === true
    const items = flags.messages === undefined ? undefined : readMessages(flags.messages)
    if (isApplied) await requireWordFor(target, flags, items !== undefined)
    const work = isApplied ? adopt : planAdoption
    const onStep = (_: unknown, done: number, total: number) =>
      showProgress(isApplied ? '  adopting' : '  planning', total)(done)
    const adoption = (await work(target.directUrl, { onStep })) ?? null
    const say = (lines: string[]) => flags.json || print(lines.join('\n'))
    say(
      adoption
        ? describeAdoption(adoption, isApplied)
        : ['This database is ours already: there is nothing to adopt.'],
    )
    let messages: MessagesReport | null = null
    try {
      // Its people are found only where there are tables of ours.
      if (items && (isApplied || !adoption)) {
        messages = await importMessages(target.directUrl, items, {
          apply: isApplied,
          byHandle: flags['by-handle'] === true,
          onProgress: (done, total) => showProgress('  messages', total)(done),
        })
        say(describeMessages(messages, isApplied))
      } else if (items) {
        say([`The file holds ${items.length} items: they are read once the database is adopted.`])
      }
    } finally {
      // What was adopted is told even where the messages fail.
      if (flags.json) print(JSON.stringify({ applied: isApplied, adoption, messages }))
    }
  },
})

/** For what is written where other people’s data may be, whatever the environment is called. */
async function requireWordFor(target: Target, given: Confirmation, hasMessages: boolean) {
  const { directUrl, environment, keptBy = environment } = target
  const { shape, onRds } = await inspectDatabase(directUrl)
  const isOwn = isLoopback(readConnectionUrl(directUrl).host) && !onRds && !isProduction(keptBy)
  if (isOwn) return
  if (shape === 'bootcamp') {
    await requireWord('adopt', target, given, 'Its tables are made anew, with all their rows')
  }
  if (shape === 'ours' && hasMessages) {
    await requireWord('adopt', target, given, 'The messages are written into it')
  }
}

function readMessages(path: string) {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new TargetError(`The file of --messages cannot be read (${code}). Nothing was done.`)
  }
  return readScan(text)
}
