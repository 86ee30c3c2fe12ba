import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { Refusal } from './refusal.ts'

interface Surroundings {
  lambda: LambdaClient
  /** Runs pnpm in the repository, on this terminal; false when it fails. */
  pnpm: (...words: string[]) => boolean
  /** Whether the person means it. */
  ask: (question: string) => Promise<boolean>
}

/** From the sources to an API that answers: whatever fails ends it, with what runs left running. */
export async function ship(stage: string, { lambda, pnpm, ask }: Surroundings): Promise<string> {
  const cdk = (...words: string[]) => pnpm('--dir', 'infra/stacks', 'cdk', ...words)
  const step = (name: string, isDone: boolean) => {
    if (!isDone) throw new Refusal(`${stage}: ${name} failed, see above. What ran before runs on.`)
  }
  step('the build', pnpm('build') && pnpm('--filter', '@cruddur/infra', 'install:stacks'))
  step('the synthesis', cdk('synth', '--quiet', `${stage}/*`))
  const built = ['--app', 'dist']
  step('the diff', cdk('diff', ...built, `${stage}/*`))
  if (!(await ask(`Deploy this to ${stage}?`))) throw new Refusal(`${stage}: nothing was deployed.`)

  const folder = mkdtempSync(join(tmpdir(), 'cruddur-ship-'))
  try {
    const file = join(folder, 'outputs.json')
    const deploy = (...stacks: string[]) =>
      cdk(
        ...['deploy', ...built, '--require-approval', 'never', '--outputs-file', file],
        ...stacks.map((stack) => `${stage}/${stack}`),
      )
    step('deploying the database', deploy('network', 'database'))
    const applied = await migrate(lambda, stage)
    step('deploying the API', deploy('auth', 'api'))
    const url = readUrl(stage, readFileSync(file, 'utf8'))
    await smokeTest(stage, url)
    const migrations = applied.length > 0 ? applied.join(', ') : 'none'
    return `${stage} is shipped: ${url} answers. Migrations: ${migrations}.`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The migrator came with the database’s stack; traffic is still the old code’s. */
async function migrate(lambda: LambdaClient, stage: string): Promise<string[]> {
  const { FunctionError, Payload } = await invoke(lambda, `cruddur-${stage}-migrator`)
  const text = Payload?.transformToString() || 'null'
  const answer: { applied?: string[]; errorMessage?: string } | null = JSON.parse(text)
  if (!FunctionError && Array.isArray(answer?.applied)) return answer.applied
  const reason = answer?.errorMessage ?? `it answered ${text.slice(0, 200)}`
  throw new Refusal(
    `${stage}: the migration failed, and the old code runs on: ${reason}. For a database without roles yet, docs/deploy.md makes them first.`,
  )
}

const notReady = [
  'CodeArtifactUserPendingException',
  'ResourceConflictException',
  'ResourceNotReadyException',
]

/** After weeks without a call Lambda refuses, having begun nothing, until it is ready again. */
async function invoke(lambda: LambdaClient, FunctionName: string) {
  for (const pauseSeconds of [0, 1, 5, 10, 15, 30, 30, 30, 30]) {
    await sleep(pauseSeconds * 1000)
    try {
      return await lambda.send(new InvokeCommand({ FunctionName }))
    } catch (error) {
      if (!(error instanceof Error && notReady.includes(error.name))) throw error
      process.stderr.write(`${FunctionName} has slept: waiting until Lambda has it ready.\n`)
    }
  }
  throw new Refusal(`${FunctionName} does not get ready, so nothing was migrated: ship again.`)
}

function readUrl(stage: string, outputs: string): string {
  const url: unknown = JSON.parse(outputs)[`cruddur-${stage}-api`]?.Url
  if (typeof url === 'string') return url
  throw new Refusal(`${stage}: the stack api has no output Url, so nothing could be tried.`)
}

/** Health says that the function runs, home that it logs in to Postgres. */
async function smokeTest(stage: string, url: string) {
  for (const path of ['/api/health-check', '/api/activities/home']) {
    const status = await findStatus(url + path)
    if (status === 200) continue
    throw new Refusal(
      `${stage} is deployed, but ${url}${path} answers ${status}: see \`pnpm infra logs api ${stage}\`, or ship the release before.`,
    )
  }
}

/** A cold start or a deployment under way may answer badly once or twice. */
async function findStatus(url: string): Promise<string | number> {
  let status: string | number = 'nothing'
  for (const pauseMs of [0, 500, 2000]) {
    await sleep(pauseMs)
    const response = await fetch(url, { signal: AbortSignal.timeout(20_000) }).catch(
      () => undefined,
    )
    status = response?.status ?? 'nothing'
    if (status === 200) return status
  }
  return status
}
