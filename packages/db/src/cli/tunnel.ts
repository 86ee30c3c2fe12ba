import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import type { ConnectionTarget } from '../connection-url.ts'
import { TargetError } from './targets.ts'

const run = promisify(execFile)

export interface Tunnel {
  port: number
  close(): void
}

/** A way to a private database: from a port of this machine through the stage’s instance. */
export async function openTunnel(target: ConnectionTarget, environment: string): Promise<Tunnel> {
  const region = /\.([a-z0-9-]+)\.rds\.amazonaws\.com$/.exec(target.host)?.[1]
  if (!region) {
    throw new TargetError(`${target.host} is no host of RDS: --tunnel leads to those alone.`)
  }
  const port = await findFreePort()
  const wordsFor = (instance: string) => [
    ...['ssm', 'start-session', '--region', region, '--target', instance],
    ...['--document-name', 'AWS-StartPortForwardingSessionToRemoteHost', '--parameters'],
    `host=${target.host},portNumber=${target.port},localPortNumber=${port}`,
  ]
  await requirePlugin(wordsFor(`<instance of cruddur-${environment}-tunnel>`))
  const words = wordsFor(await findInstance(environment, region))
  console.error(`aws ${words.join(' ')}`)
  const session = spawn('aws', words, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    session.stdout.on('data', (chunk: Buffer) => {
      if (String(chunk).includes('Waiting for connections')) resolve()
    })
    session.on('exit', () => reject(new TargetError('The tunnel did not open: see above.')))
  })
  return { port, close: () => session.kill() }
}

async function requirePlugin(words: string[]) {
  const programs = ['aws', 'session-manager-plugin'].map((each) => run(each, ['--version']))
  await Promise.all(programs).catch(() => {
    throw new TargetError(
      `The tunnel needs the AWS CLI with its session-manager-plugin (https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html). It will be:\n  aws ${words.join(' ')}`,
    )
  })
}

async function findInstance(environment: string, region: string): Promise<string> {
  const name = `cruddur-${environment}-tunnel`
  const { stdout } = await run('aws', [
    ...['ec2', 'describe-instances', '--region', region, '--output', 'text'],
    ...['--query', 'Reservations[].Instances[].InstanceId', '--filters'],
    ...[`Name=tag:Name,Values=${name}`, 'Name=instance-state-name,Values=running'],
  ])
  const [instance] = stdout.trim().split(/\s+/)
  if (instance?.startsWith('i-')) return instance
  throw new TargetError(
    `There is no instance ${name} in ${region}: set \`tunnel: true\` for ${environment} in infra/src/stages.ts and deploy its network.`,
  )
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
