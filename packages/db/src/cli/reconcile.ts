import { type Finding, reconcile } from '../reconcile.ts'
import { defineCommand } from './command.ts'
import { TargetError } from './targets.ts'

const meaning: Record<Finding['kind'], string> = {
  missing: 'has an account and no row',
  waiting: 'has a row that waits for this account',
  changed: 'has another email in the pool',
  conflict: 'has the handle of a row that waits, and does not prove to be its owner’s',
  left: 'left, and has kept the account until now',
  failed: 'could not be mended',
  orphaned: 'has a row and no account any more',
}

export const reconcileCommand = defineCommand({
  summary: 'hold the user pool’s accounts against the users table; --apply mends',
  flags: {
    apply: { type: 'boolean', help: 'mend what differs' },
    'by-handle': {
      type: 'boolean',
      help: 'also give a waiting row to the account with its handle, if you know it to be right',
    },
  },
  examples: ['pnpm db reconcile prod', 'pnpm db reconcile prod --apply'],
  async run({ target, flags, print }) {
    // Its notice is for those who choose the runtime, not for those who run this command.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
    // Loaded here alone: no other command needs the AWS SDK.
    const { findPool, listPoolUsers } = await import('./pool-users.ts')
    const pool = findPool(target)
    print(`user pool: ${pool.userPoolId} at ${pool.endpoint}`)
    const showCount = showAccounts()
    const report = await reconcile(target.directUrl, explained(listPoolUsers(pool)), {
      apply: flags.apply === true,
      byHandle: flags['by-handle'] === true,
      onFinding: ({ kind, sub, handle }) =>
        print(`  ${kind.padEnd(9)} ${printable(sub)}  ${handle || '(no handle)'} ${meaning[kind]}`),
      onProgress: showCount,
    })
    const { missing, waiting, changed, conflict } = report.findings
    const mendable = missing + waiting + changed
    print(`${report.accounts} accounts read, ${summarise(report.findings)}.`)
    if (flags.apply) print(`${report.applied} mended.`)
    if (conflict > 0) {
      print(
        '--by-handle gives a waiting row to the account with its handle, if you know it to be right.',
      )
    }
    if (!flags.apply && mendable > 0) print(`Nothing was changed: add --apply to mend ${mendable}.`)
  },
})

/** A pool may hold any text; a terminal must not obey it. */
const printable = (text: string) => (/^[\w.-]*$/.test(text) ? text : JSON.stringify(text))

const summarise = (findings: Record<Finding['kind'], number>) =>
  Object.entries(findings)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ') || 'all of them right'

/** A running count on a terminal; the end is not known beforehand. */
function showAccounts(): (accounts: number) => void {
  if (!process.stderr.isTTY) return () => {}
  return (accounts) => process.stderr.write(`\r${accounts} accounts read\r`)
}

async function* explained<T>(pages: AsyncIterable<T>) {
  try {
    yield* pages
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    throw new TargetError(
      `Cognito did not list the pool’s users (${reason}). Check the pool’s id and your AWS credentials; nothing is lost, run this again.`,
    )
  }
}
