import { rmSync } from 'node:fs'
import { cloneDatabase } from '@cruddur/db/testing'
import { findRuntimeClient, openLambda } from '@cruddur/test-suite/lambda'
import { afterAll, expect, it } from 'vitest'
import { unpackLambda } from './built-lambda.ts'
import { confirmation, signUp } from './events.ts'

const { url, session } = await cloneDatabase()
const folder = unpackLambda()
afterAll(() => rmSync(folder, { recursive: true }))

it("answers through Lambda's own runtime client", async (context) => {
  const client = await findRuntimeClient()
  if (!client) return context.skip('aws-lambda-ric is not to be had here: see above')
  const { invoke, close } = await openLambda(client, folder, { CONNECTION_URL: url })
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
    await close()
  }
})
