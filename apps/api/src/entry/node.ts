import { createApp } from '../app.ts'
import { ConfigError, readConfig } from '../config.ts'
import { openDeps } from '../deps.ts'
import { createDocs } from '../docs.ts'
import { createLog } from '../log.ts'
import { serve } from '../serve.ts'
import { startSweeper } from '../sweeper.ts'

const log = createLog((line) => process.stdout.write(line))
try {
  const config = readConfig(process.env)
  const { deps, close } = openDeps(config, log)
  const stopSweeper = startSweeper(deps)
  const app = createApp({ origins: config.origins, depsFor: () => deps }).route('/', createDocs())
  serve(app, config, log, async () => {
    await stopSweeper()
    await close()
  })
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
