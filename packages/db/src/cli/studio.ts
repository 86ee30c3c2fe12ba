import { join } from 'node:path'
import { dialledHost, readConnectionUrl } from '../connection-url.ts'
import { verifying } from '../driver.ts'
import { runChild, withoutPgVariables } from './child.ts'
import { defineCommand, UsageError } from './command.ts'
import { passwordOf } from './connect.ts'
import { TargetError } from './targets.ts'

const packageFolder = join(import.meta.dirname, '../..')

export const studioCommand = defineCommand({
  summary: 'open Drizzle Studio on the database, where its data may be lost',
  flags: { port: { type: 'string', value: 'N', help: 'where it listens; 4983 if not said' } },
  examples: ['pnpm db studio', 'pnpm db studio test --port 4984'],
  async run({ target, flags: { port = '4983' } }) {
    if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535) {
      throw new UsageError('--port takes a number from 1 to 65535.')
    }
    if (!target.disposable) {
      throw new TargetError(
        `studio is refused on ${target.environment}: while it runs, any page open in your browser can write to the database. Use \`pnpm db sql\`, or \`pnpm db connect ${target.environment}\`.`,
      )
    }
    const kit = join(packageFolder, 'node_modules/drizzle-kit/bin.cjs')
    const words = ['--config', 'src/cli/studio.config.ts', '--host', '127.0.0.1', '--port', port]
    await runChild(process.execPath, [kit, 'studio', ...words], {
      cwd: packageFolder,
      env: {
        ...withoutPgVariables(),
        STUDIO_CREDENTIALS: JSON.stringify(await credentialsOf(target.directUrl)),
      },
    })
  },
})

/** As drizzle-kit wants them: from a URL it would take TLS that verifies nobody. */
async function credentialsOf(url: string) {
  const { host, port, database, user, tls } = readConnectionUrl(url)
  const password = await passwordOf(url)
  const name = dialledHost(host)
  return {
    host: name,
    port,
    database,
    user,
    ...(password ? { password } : {}),
    ssl: tls ? verifying(name) : false,
  }
}
