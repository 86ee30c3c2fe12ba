// The process of a Lambda: loads the working directory's lambda.mjs, then answers what it is sent.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

process.on('disconnect', () => process.exit())

const { handler } = await import(pathToFileURL(join(process.cwd(), 'lambda.mjs')).href)

process.on('message', async ({ id, event }) => {
  process.send({ id, ...(await answer(event, id)) })
})
process.send('ready')

async function answer(event, awsRequestId) {
  try {
    const answered = await handler(event, { awsRequestId })
    return { payload: JSON.stringify(answered) ?? 'null' }
  } catch (error) {
    const isError = error instanceof Error
    return {
      failure: {
        errorType: isError ? error.name : typeof error,
        errorMessage: isError ? error.message : String(error),
      },
    }
  }
}
