import { connect, sweep } from '@cruddur/db'
import { lambdaDatabase } from '../lambda-database.ts'
import { createLog } from '../log.ts'

const log = createLog((line) => process.stdout.write(line))
const { db } = connect(process.env.CONNECTION_URL ?? '', {
  applicationName: 'cruddur-sweeper',
  ...lambdaDatabase(process.env, log),
})

/** Invoked on a schedule, in place of the sweeper that runs inside a Node process. */
export async function handler() {
  const swept = await sweep(db)
  log.info('swept', { ...swept })
  return swept
}
