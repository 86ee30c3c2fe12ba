import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installTool } from './install-tool.ts'
import { openRuntimeApi } from './runtime-api.ts'

let found: Promise<string | undefined> | undefined

/** Lambda’s own runtime client; undefined, and said why, where it cannot be had. */
export function findRuntimeClient(): Promise<string | undefined> {
  // It compiles for a minute or two, and may take as long to fail.
  found ??= installRuntimeClient()
  return found
}

async function installRuntimeClient(): Promise<string | undefined> {
  try {
    const folder = join(await installTool('aws-lambda-ric', '4.0.2'), 'aws-lambda-ric')
    if (existsSync(join(folder, 'rapid-client.node'))) return join(folder, 'index.mjs')
    process.stderr.write(`aws-lambda-ric is not compiled: remove ${folder} to try again.\n`)
  } catch (error) {
    process.stderr.write(`aws-lambda-ric cannot be installed here: ${error}\n`)
  }
  return undefined
}

/** A function’s folder under Lambda’s own runtime client. */
export async function openLambda(
  client: string,
  folder: string,
  environment: Record<string, string>,
) {
  const api = await openRuntimeApi()
  const runtime = spawn(process.execPath, [client], {
    cwd: folder,
    env: {
      ...api.environment,
      ...environment,
      LAMBDA_TASK_ROOT: folder,
      _HANDLER: 'lambda.handler',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(runtime, 'exit').then(([code]) => ({ answer: undefined, error: { code } }))
  return {
    /** What the function answers, or that its process ended. */
    invoke: (event: unknown) => Promise.race([api.invoke(event), ended]),
    async close() {
      runtime.kill('SIGKILL')
      await ended
      api.close()
    },
  }
}
