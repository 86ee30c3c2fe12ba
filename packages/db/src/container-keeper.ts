import { spawn } from 'node:child_process'
import type { ContainerRuntimeClient } from 'testcontainers'

// Reads until the pipe from us breaks, then has the engine remove the container.
const script = `
const { request } = require('node:http')
const [where, name] = process.argv.slice(1)
process.stdin.resume().on('end', () => {
  request({ ...JSON.parse(where), method: 'DELETE', path: '/containers/' + name + '?force=1&v=1' })
    .on('error', () => {})
    .end()
})`

/** Removes a container when this process dies, however: Testcontainers’ own reaper may be off. */
export function keepContainer({ container }: ContainerRuntimeClient, name: string) {
  const where = JSON.stringify(container.dockerode.modem, ['socketPath', 'host', 'port'])
  const keeper = spawn(process.execPath, ['-e', script, where, name], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  keeper.unref()
  keeper.stdin.on('error', () => {})
}
