// pnpm infra <command> …: what a person does with a stage that is deployed.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { readLogsCommand } from './logs.ts'

const aws = resolve(import.meta.dirname, '../aws')
const withSdk = ['allow-ip', 'lambda', 'ship']

function run(program: string, words: string[], advice: string) {
  const { status, error } = spawnSync(program, words, { stdio: 'inherit' })
  if (error) throw new Error(`${program} did not start (${error.message}): ${advice}`)
  return status ?? 1
}

const [command = '', ...words] = process.argv.slice(2)
try {
  if (command === 'logs') {
    process.exitCode = run('aws', readLogsCommand(words), 'https://aws.amazon.com/cli')
  } else if (withSdk.includes(command)) {
    const install = ['--dir', aws, 'install', '--frozen-lockfile', '--silent']
    const isThere = run('pnpm', install, 'run it by `npx -y pnpm@12`') === 0
    const main = ['--import', 'tsx', join(aws, 'src/main.ts'), command, ...words]
    process.exitCode = isThere ? run(process.execPath, main, '') : 1
  } else {
    throw new Error(`Write \`pnpm infra <command> …\`, with one of logs, ${withSdk.join(', ')}.`)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
