// What `pnpm infra` and `pnpm ship` do with AWS’s SDK; infra/src/main.ts installs it and comes here.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { EC2Client } from '@aws-sdk/client-ec2'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { allowAddress, describeRules, revokeAddress } from './allow-ip.ts'
import { explain } from './explain.ts'
import { findGroup, findStage, refusePrivate } from './find-group.ts'
import { askForAddress, readPublicAddress } from './public-address.ts'
import { Refusal } from './refusal.ts'
import { ship } from './ship.ts'
import { updateLambda } from './update-lambda.ts'

const root = resolve(import.meta.dirname, '../../..')
const { env } = process
// The SDK’s versions are pinned: that a later one will want a newer Node is no news for each command.
env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const pnpm = (...words: string[]) =>
  spawnSync('pnpm', words, { cwd: root, stdio: 'inherit' }).status === 0

/** The environment, and what is wanted of it. */
function readWords<const T extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  usage: string,
  options: T,
) {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    if (positionals.length < 2) return { values, name: positionals[0] }
  } catch (error) {
    // Node’s own second sentence is about words that begin with a dash.
    const said = String(error).replace(/^.*?: |\. To .*$/gs, '')
    throw new Refusal(`${said}. ${usage}`)
  }
  throw new Refusal(usage)
}

const ofAllowIp =
  'Write `pnpm infra allow-ip <environment>`, or set DB_SG_ID; with --ip, --label and --hours, or with --list or --revoke.'
const ofLambda = 'Write `pnpm infra lambda <environment>`.'
const ofShip = 'Write `pnpm ship <environment>`, with --yes where nobody can be asked.'

async function allowIp(words: string[]) {
  const { values, name } = readWords(words, ofAllowIp, {
    ip: { type: 'string' },
    label: { type: 'string' },
    hours: { type: 'string', default: '12' },
    list: { type: 'boolean' },
    revoke: { type: 'boolean' },
  })
  if (!name && !env.DB_SG_ID) throw new Refusal(ofAllowIp)
  if (values.list && values.revoke) throw new Refusal('--list and --revoke are two commands.')
  const hours = Number(values.hours)
  if (!(hours >= 1 && hours <= 168)) throw new Refusal('--hours is no number from 1 to 168.')
  const stage = name === undefined ? undefined : findStage(name)
  const isWanted = !values.list && !values.revoke
  if (isWanted) refusePrivate(stage?.name)
  const ec2 = new EC2Client({ ...(stage ? { region: stage.region } : {}), maxAttempts: 6 })
  const workspace = env.GITPOD_WORKSPACE_ID ?? env.CODESPACE_NAME ?? hostname()
  const label = values.label || `${env.GITPOD_GIT_USER_NAME ?? userInfo().username}@${workspace}`
  // What is wrong with the address is said before AWS is asked anything.
  const address = isWanted ? await findAddress(values.ip) : ''
  const { groupId, stageName } = await findGroup(ec2, stage, env.DB_SG_ID)
  if (values.list) return describeRules(ec2, groupId)
  if (values.revoke) return revokeAddress(ec2, groupId, label)
  refusePrivate(stageName)
  return allowAddress(ec2, { groupId, ruleId: env.DB_SG_RULE_ID, address, label, hours })
}

function findAddress(given: string | undefined): string | Promise<string> {
  for (const [source, text] of Object.entries({
    '--ip': given,
    GITPOD_IP: env.GITPOD_IP,
    LOCAL_IP: env.LOCAL_IP,
  })) {
    if (text !== undefined) return readPublicAddress(text, source)
  }
  return askForAddress(env.IP_SERVICE_URL ?? 'https://checkip.amazonaws.com')
}

async function lambda(words: string[]) {
  const { name = '' } = readWords(words, ofLambda, {})
  const stage = findStage(name)
  const isBuilt = pnpm('--filter', '@cruddur/post-confirmation', 'package')
  if (!isBuilt) throw new Refusal('post-confirmation was not packaged, see above.')
  return updateLambda(new LambdaClient({ region: stage.region }), {
    functionName: `cruddur-${stage.name}-post-confirmation`,
    zip: readFileSync(resolve(root, 'apps/post-confirmation/dist/post-confirmation.zip')),
  })
}

async function shipTo(words: string[]) {
  const { values, name = '' } = readWords(words, ofShip, { yes: { type: 'boolean' } })
  const stage = findStage(name)
  if (!values.yes && !process.stdin.isTTY) {
    throw new Refusal('Nobody can be asked here: look at the diff first, then add --yes.')
  }
  // A migration may take all of the function’s 15 minutes, and is not to be begun twice.
  const requestHandler = { requestTimeout: 16 * 60_000 }
  const client = new LambdaClient({ region: stage.region, maxAttempts: 1, requestHandler })
  const ask = async (question: string) => values.yes || (await readAnswer(question, stage.name))
  return ship(stage.name, { lambda: client, pnpm, ask })
}

async function readAnswer(question: string, wanted: string) {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await lines.question(`${question} Type ${wanted}: `)
  lines.close()
  return answer.trim() === wanted
}

const commands = new Map([
  ['allow-ip', { run: allowIp, usage: ofAllowIp }],
  ['lambda', { run: lambda, usage: ofLambda }],
  ['ship', { run: shipTo, usage: ofShip }],
])

const [command = '', ...words] = process.argv.slice(2)
const asked = commands.get(command)
try {
  const said = words.includes('--help') ? asked?.usage : await asked?.run(words)
  if (said) console.log(said)
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}
