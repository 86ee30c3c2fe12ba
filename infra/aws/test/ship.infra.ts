import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLambdaService } from './open-lambda-service.ts'

/** Stands where pnpm, and CDK behind it, would: writes down what it is told, and CDK’s outputs. */
const recorder = (url: string) => `#!${process.execPath}
const { appendFileSync, writeFileSync } = require('node:fs')
const words = process.argv.slice(2)
appendFileSync(process.env.RECORD, words.join(' ').replace(/--outputs-file \\S+ /, '') + '\\n')
const at = words.indexOf('--outputs-file')
const outputs = { 'cruddur-dev-api': { Url: ${JSON.stringify(url)} } }
if (at >= 0) writeFileSync(words[at + 1], JSON.stringify(outputs))
process.exitCode = words.join(' ').includes(process.env.FAILS) ? 1 : 0
`

let folder: string
let lambda: Awaited<ReturnType<typeof openLambdaService>>
let statuses: Record<string, number>
const api = createServer((request, response) => {
  response.writeHead(statuses[request.url ?? ''] ?? 404).end('{}')
})

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cruddur-ship-test-'))
  lambda = await openLambdaService({ 'cruddur-dev-migrator': Buffer.of() })
  lambda.answers.of = () => ({ applied: ['0004_add_rate_limits'] })
  statuses = { '/api/health-check': 200, '/api/activities/home': 200 }
  await once(api.listen(0, '127.0.0.1'), 'listening')
  const address = api.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  writeFileSync(join(folder, 'pnpm'), recorder(url), { mode: 0o755 })
})
afterEach(() => {
  lambda.close()
  api.close()
  api.closeAllConnections()
  rmSync(folder, { recursive: true })
})

async function ship(words: string[], fails = 'nothing') {
  const record = join(folder, 'record')
  writeFileSync(record, '')
  const env = {
    PATH: [folder, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    TMPDIR: folder,
    RECORD: record,
    FAILS: fails,
  }
  const main = join(import.meta.dirname, '../src/main.ts')
  const said = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', main, 'ship', ...words],
      { env },
      (_, out, err) => resolve(out + err),
    )
  })
  return { said, steps: readFileSync(record, 'utf8').trim().split('\n') }
}

const looked = [
  'build',
  '--filter @cruddur/infra install:stacks',
  '--dir infra/stacks cdk synth --quiet dev/*',
  '--dir infra/stacks cdk diff --app dist dev/*',
]
const deploying = '--dir infra/stacks cdk deploy --app dist --require-approval never'

it('builds, looks, migrates between the two deployments, and tries what it deployed', async () => {
  const { said, steps } = await ship(['dev', '--yes'])
  expect(said).toMatch(/^dev is shipped: http:\S+ answers\. Migrations: 0004_add_rate_limits\.\n$/)
  expect(steps).toEqual([
    ...looked,
    `${deploying} dev/network dev/database`,
    `${deploying} dev/auth dev/api`,
  ])
  expect(lambda.invocations).toEqual([{ functionName: 'cruddur-dev-migrator', payload: undefined }])
})

it('leaves traffic with the old code when the migration fails', async () => {
  lambda.answers.of = () => ({ errorMessage: 'relation "users" is locked' })
  const { said, steps } = await ship(['dev', '--yes'])
  expect(said).toMatch(/^dev: the migration failed, and the old code runs on: relation "users" is/)
  expect(steps.at(-1)).toBe(`${deploying} dev/network dev/database`)
})

it('waits for a migrator that Lambda has put to sleep, and begins one migration', async () => {
  lambda.refusals.push('ResourceNotReadyException', 'CodeArtifactUserPendingException')
  const { said } = await ship(['dev', '--yes'])
  expect(said).toContain('cruddur-dev-migrator has slept: waiting until Lambda has it ready.')
  expect(said).toContain('dev is shipped')
  expect(lambda.invocations).toHaveLength(1)
})

it.each([null, {}])('takes %j for no answer of a migrator', async (answer) => {
  lambda.answers.of = () => answer
  const { said } = await ship(['dev', '--yes'])
  expect(said).toMatch(/^dev: the migration failed, and .* runs on: it answered (null|\{\})\./)
})

it('says what is wrong with an API that it deployed', async () => {
  statuses['/api/activities/home'] = 503
  const { said } = await ship(['dev', '--yes'])
  expect(said).toMatch(
    /^dev is deployed, but \S+\/api\/activities\/home answers 503: see `pnpm infra/,
  )
})

it('deploys nothing where a step fails, nobody can be asked, or there is no such stage', async () => {
  expect(await ship(['dev', '--yes'], 'cdk synth')).toEqual({
    said: 'dev: the synthesis failed, see above. What ran before runs on.\n',
    steps: looked.slice(0, 3),
  })
  const unasked = await ship(['dev'])
  expect(unasked.said).toMatch(/^Nobody can be asked here/)
  expect((await ship(['live', '--yes'])).said).toMatch(/^"live" is no environment/)
  expect((await ship(['dev', '--force'])).said).toBe(
    "Unknown option '--force'. Write `pnpm ship <environment>`, with --yes where nobody can be asked.\n",
  )
  expect(unasked.steps).toEqual([''])
})
