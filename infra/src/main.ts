// pnpm infra <command> …: what a person does with a stage that is deployed.
import { spawnSync } from 'node:child_process'
import { readLogsCommand } from './logs.ts'

const [command, ...words] = process.argv.slice(2)
try {
  if (command !== 'logs') throw new Error('Write `pnpm infra logs <function> <environment>`.')
  const { status, error } = spawnSync('aws', readLogsCommand(words), { stdio: 'inherit' })
  if (error) {
    throw new Error(`The AWS CLI did not start (${error.message}): https://aws.amazon.com/cli`)
  }
  process.exitCode = status ?? 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
