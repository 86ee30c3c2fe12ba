import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  step('the synthesis', cdk('synth', '--quiet'))
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
  const FunctionName = `cruddur-${stage}-migrator`
  const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName }))
  const text = Payload?.transformToString() ?? ''
  if (!FunctionError) return JSON.parse(text).applied
  const { errorMessage } = JSON.parse(text)
  throw new Refusal(
    `${stage}: the migration failed, and the old code runs on: ${errorMessage}. For a database without roles yet, docs/deploy.md makes them first.`,
  )
}

function readUrl(stage: string, outputs: string): string {
  const url: unknown = JSON.parse(outputs)[`cruddur-${stage}-api`]?.Url
  if (typeof url === 'string') return url.replace(/\/$/, '')
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
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    const response = await fetch(url, { signal: AbortSignal.timeout(20_000) }).catch(
      () => undefined,
    )
    status = response?.status ?? 'nothing'
    if (status === 200) return status
  }
  return status
}
