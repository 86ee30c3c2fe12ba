import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { resultsFile } from './test-config.ts'

const root = resolve(import.meta.dirname, '../../..')
const [task = 'test', ...turboArguments] = process.argv.slice(2)

const packageFolders = ['apps', 'packages'].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => join(root, folder, name)),
)
const resultFiles = [...packageFolders, join(root, 'infra')].map((folder) =>
  join(folder, resultsFile(task)),
)
for (const file of resultFiles) rmSync(file, { force: true })

// A package's tests keep more than one core busy: each has a Postgres and processes of its own.
const concurrency = availableParallelism() + 1
const words = ['run', task, '--continue', `--concurrency=${concurrency}`, ...turboArguments]
const turbo = spawn('turbo', words, {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
})
// The terminal's Ctrl-C reaches turbo by itself; we stay to print what was counted.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => turbo.kill(signal))

turbo.on('close', (code) => {
  const results = resultFiles
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as VitestResults)
  const sum = (count: (results: VitestResults) => number) =>
    results.reduce((total, each) => total + count(each), 0)
  const passed = sum((each) => each.numPassedTests)
  const failedSuites = sum((each) => each.testResults.filter(failedWithoutTests).length)
  const failed = sum((each) => each.numFailedTests) + failedSuites
  const skipped = sum((each) => each.numPendingTests)
  // A task that died before vitest could count is a failure too.
  const failures = failed || (code === 0 ? 0 : 1)
  if (skipped > 0) console.log(`${skipped} skipped, for the reasons printed above`)
  console.log(`${passed} passed, ${failures} failed`)
  process.exitCode = failures > 0 ? 1 : 0
})

interface VitestResults {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  testResults: { status: string; assertionResults: unknown[] }[]
}

function failedWithoutTests(file: VitestResults['testResults'][number]) {
  return file.status === 'failed' && file.assertionResults.length === 0
}
