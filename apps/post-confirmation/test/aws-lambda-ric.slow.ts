import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { cloneDatabase } from '@cruddur/db/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { unpackLambda } from './built-lambda.ts'
import { confirmation, signUp } from './events.ts'
import { openRuntimeApi } from './runtime-api.ts'

const execute = promisify(execFile)
const version = '4.0.2'
const folder = resolve(import.meta.dirname, `../../../.cruddur/tools/aws-lambda-ric-${version}`)
const client = join(folder, 'node_modules/aws-lambda-ric/index.mjs')
const native = join(folder, 'node_modules/aws-lambda-ric/rapid-client.node')

const { url, session } = await cloneDatabase()
const lambdaFolder = unpackLambda()
const api = await openRuntimeApi()

afterAll(() => {
  api.close()
  rmSync(lambdaFolder, { recursive: true })
})

// It compiles for a minute or two: only this suite installs it, and keeps it.
beforeAll(async () => {
  if (existsSync(native)) return
  process.stderr.write(`Installing aws-lambda-ric ${version} into ${folder}\n`)
  await mkdir(folder, { recursive: true })
  const install = ['install', '--no-audit', '--no-fund', `aws-lambda-ric@${version}`]
  await execute('npm', [...install, '--prefix', folder]).catch((error: unknown) => {
    process.stderr.write(`It cannot be installed: ${error}\n`)
  })
})

it("answers through Lambda's own runtime client", async (context) => {
  context.skip(!existsSync(native), 'aws-lambda-ric cannot be installed here: see above')
  const runtime = spawn(process.execPath, [client], {
    cwd: lambdaFolder,
    env: {
      ...api.environment,
      CONNECTION_URL: url,
      LAMBDA_TASK_ROOT: lambdaFolder,
      _HANDLER: 'lambda.handler',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(runtime, 'exit')
  const invoke = (event: unknown) => Promise.race([api.invoke(event), ended])
  try {
    const di = confirmation('di')
    expect(await invoke(di)).toEqual({ answer: di })
    expect(await session.query('select handle from users')).toEqual([{ handle: 'di' }])
    const taken = signUp('di', { email: 'other@example.com' })
    expect(await invoke(taken)).toMatchObject({
      error: {
        errorType: 'RefusedError',
        errorMessage: 'The handle di is taken. Please choose another one',
      },
    })
  } finally {
    runtime.kill('SIGKILL')
    await ended
  }
})
