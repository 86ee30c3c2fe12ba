import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expectNoSecrets, secretsOf } from '@cruddur/test-suite/log-secrets'
import { afterAll } from 'vitest'

const settings = {
  HOST: '127.0.0.1',
  PORT: '0',
  FRONTEND_URL: 'http://localhost:3000',
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_Test1',
  AWS_COGNITO_USER_POOL_CLIENT_ID: 'client1',
}
const children: ChildProcess[] = []
const outputs: (() => string)[] = []
const secrets: string[] = []

afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  for (const output of outputs) expectNoSecrets(output(), secrets)
})

/** The real entry in a process of its own; resolves when it listens, or has ended. */
export async function startApi(variables: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, '../src/entry/node.ts')],
    { env: { ...settings, ...variables } },
  )
  children.push(child)
  secrets.push(...Object.values(variables).flatMap(secretsOf))
  const exited = once(child, 'exit').then(([code]) => code)
  let output = ''
  outputs.push(() => output)
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  while (child.exitCode === null && !/"port":\d/.test(output)) {
    await Promise.race([exited, once(child.stdout, 'data')])
  }
  const port = /"port":(\d+)/.exec(output)?.[1] ?? ''
  return { child, exited, port, base: `http://127.0.0.1:${port}`, output: () => output }
}
