import { connect } from '@cruddur/db'
import { readConfig } from './config.ts'
import { attemptMs, createHandler } from './handler.ts'
import { createLog, describeError } from './log.ts'

const { connectionUrl } = readConfig(process.env)
const log = createLog((line) => process.stdout.write(line))
const { db } = connect(connectionUrl, {
  applicationName: 'cruddur-post-confirmation',
  poolSize: 1,
  deadlineMs: attemptMs,
  iam: {
    environment: process.env,
    onError: (error) => log.error('iam_token_failed', describeError(error)),
  },
})

export const handler = createHandler({ db, log })
