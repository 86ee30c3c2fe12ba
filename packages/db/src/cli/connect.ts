import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { type ConnectionTarget, dialledHost, readConnectionUrl } from '../connection-url.ts'
import { signRdsToken } from '../iam-token.ts'
import { findRdsRoots } from '../rds-roots.ts'
import { findIam } from '../session.ts'
import { runChild, withoutPgVariables } from './child.ts'
import { defineCommand } from './command.ts'
import { TargetError } from './targets.ts'
import { openTunnel } from './tunnel.ts'

export const connectCommand = defineCommand({
  summary: 'open psql on the database',
  flags: { tunnel: { type: 'boolean', help: 'through the instance of a private stage, by SSM' } },
  examples: [
    'pnpm db connect prod',
    'pnpm db connect prod --tunnel',
    'pnpm db connect < script.sql',
  ],
  async run({ target: { directUrl, environment }, flags }) {
    const target = readConnectionUrl(directUrl)
    const password = await passwordOf(directUrl)
    const tunnel = flags.tunnel ? await openTunnel(target, environment) : undefined
    const folder = mkdtempSync(join(tmpdir(), 'cruddur-psql-'))
    try {
      const roots = join(folder, 'roots.pem')
      if (target.tls) writeFileSync(roots, readRoots(target.host).join('\n'))
      // A script ends at its first error, and with its code. The target is no word: a process list
      // shows those to everybody.
      await runChild('psql', process.stdin.isTTY ? [] : ['-v', 'ON_ERROR_STOP=1'], {
        env: {
          ...withoutPgVariables(),
          ...psqlVariables(target, password, roots),
          // The certificate is still checked against the database’s own name.
          ...(tunnel ? { PGHOSTADDR: '127.0.0.1', PGPORT: String(tunnel.port) } : {}),
        },
      })
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        throw new TargetError(adviceWithoutPsql(process.platform, environment))
      }
      throw error
    } finally {
      tunnel?.close()
      rmSync(folder, { recursive: true })
    }
  },
})

/** The URL’s own, or a token that is good for 15 minutes. */
export async function passwordOf(url: string): Promise<string> {
  const target = readConnectionUrl(url)
  const iam = findIam(url)
  return iam ? signRdsToken(target, iam.environment, new Date()) : target.password
}

export function psqlVariables(
  { host, port, database, user, tls }: ConnectionTarget,
  password: string,
  roots: string,
): Record<string, string> {
  return {
    PGHOST: dialledHost(host),
    PGPORT: String(port),
    PGDATABASE: database,
    PGUSER: user,
    PGAPPNAME: 'cruddur-psql',
    PGGSSENCMODE: 'disable',
    ...(tls ? { PGSSLMODE: 'verify-full', PGSSLROOTCERT: roots } : { PGSSLMODE: 'disable' }),
    ...(password ? { PGPASSWORD: password } : {}),
  }
}

/** Whom our own connections trust: psql by itself looks into the home folder. */
function readRoots(host: string): string[] {
  const more = process.env.NODE_EXTRA_CA_CERTS
  return findRdsRoots(host) ?? [...rootCertificates, ...(more ? [readFileSync(more, 'utf8')] : [])]
}

export function adviceWithoutPsql(platform: NodeJS.Platform, environment: string): string {
  const ways: Partial<Record<NodeJS.Platform, string>> = {
    darwin: '`brew install libpq && brew link --force libpq`',
    win32: '`winget install PostgreSQL.PostgreSQL.17`, and its bin folder in PATH',
    linux:
      '`sudo apt-get install postgresql-client`, `sudo dnf install postgresql` or `apk add postgresql-client`',
  }
  const way = ways[platform] ?? 'https://www.postgresql.org/download'
  return `psql is not installed. Get it by ${way}, or use \`pnpm db sql "…" ${environment}\`, which needs nothing.`
}
