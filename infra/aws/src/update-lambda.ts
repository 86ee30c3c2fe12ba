import { createHash } from 'node:crypto'
import {
  GetFunctionCommand,
  InvokeCommand,
  type LambdaClient,
  UpdateFunctionCodeCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { Refusal } from './refusal.ts'

interface Update {
  functionName: string
  zip: Buffer
  /** How long AWS may take to put code in place. */
  waitSeconds?: number
}

/** Gives a function new code; if it does not answer then, it gets the old code back. */
export async function updateLambda(lambda: LambdaClient, update: Update): Promise<string> {
  const { functionName, zip } = update
  const before = await readCode(lambda, functionName)
  const sha256 = createHash('sha256').update(zip).digest('base64')
  if (before.sha256 === sha256) {
    await smokeTest(lambda, functionName)
    return `${functionName} has this code already, and answers.`
  }
  const old = await download(functionName, before.location)
  try {
    await putCode(lambda, update)
    await smokeTest(lambda, functionName)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    await putCode(lambda, { ...update, zip: old }).catch((cause: unknown) => {
      throw new Refusal(
        `${functionName} failed with its new code: ${reason} The old code could not be put back (${cause}): run the release before’s \`pnpm infra lambda\`.`,
      )
    })
    throw new Refusal(
      `${functionName} has its old code again, since the new one failed: ${reason} \`pnpm infra logs\` says more.`,
    )
  }
  return `${functionName} runs the new code (${zip.length} bytes, ${sha256}).`
}

async function readCode(lambda: LambdaClient, FunctionName: string) {
  const { Configuration, Code } = await lambda.send(new GetFunctionCommand({ FunctionName }))
  return { sha256: Configuration?.CodeSha256, location: Code?.Location ?? '' }
}

/** Beforehand: there would be no way back to what cannot be read. */
async function download(functionName: string, url: string): Promise<Buffer> {
  const response = await fetch(url).catch(() => undefined)
  if (response?.ok) return Buffer.from(await response.arrayBuffer())
  throw new Refusal(
    `The code of ${functionName} cannot be read, so nothing was changed: try again.`,
  )
}

async function putCode(lambda: LambdaClient, { functionName, zip, waitSeconds = 300 }: Update) {
  const FunctionName = functionName
  const waiting = { client: lambda, maxWaitTime: waitSeconds, minDelay: 1, maxDelay: 5 }
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip }))
  await waitUntilFunctionUpdatedV2(waiting, { FunctionName })
  await waitUntilFunctionActiveV2(waiting, { FunctionName })
}

const probe = {
  version: '1',
  triggerSource: 'PreSignUp_SignUp',
  region: 'us-east-1',
  userPoolId: 'us-east-1_Probe',
  userName: '00000000-0000-4000-8000-000000000000',
  callerContext: { awsSdkVersion: 'probe', clientId: 'probe' },
  request: {
    userAttributes: {
      email: 'probe@example.com',
      name: 'Probe',
      preferred_username: `probe${Math.random().toString(36).slice(2, 10)}`,
    },
  },
  response: {},
}

/** A sign-up that asks Postgres whether a handle is free, and writes nothing. */
async function smokeTest(lambda: LambdaClient, FunctionName: string) {
  const Payload = JSON.stringify(probe)
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload }))
  const text = answer.Payload?.transformToString() ?? ''
  if (!answer.FunctionError && text.includes(probe.request.userAttributes.preferred_username))
    return
  throw new Error(`it answered ${text.slice(0, 200)}.`)
}
