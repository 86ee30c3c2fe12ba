import { getConnInfo, handle } from 'hono/aws-lambda'
import { createApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { openDeps } from '../deps.ts'
import { lambdaDatabase } from '../lambda-database.ts'
import { createLog } from '../log.ts'

const log = createLog((line) => process.stdout.write(line))
const config = readConfig({ RATE_LIMIT_STORE: 'postgres', ...process.env })
const { deps } = openDeps(config, log, lambdaDatabase(process.env, log))

export const handler = handle(
  createApp({
    origins: config.origins,
    trustedHops: config.trustedHops,
    peerOf: (c) => getConnInfo(c).remote.address,
    depsFor: () => deps,
  }),
)
