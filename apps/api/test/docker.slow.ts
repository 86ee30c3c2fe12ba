import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { cloneDatabase } from '@cruddur/db/testing'
import { expect, it, onTestFinished } from 'vitest'

const apiFolder = resolve(import.meta.dirname, '..')
const hasEngine = spawnSync('docker', ['version'], { timeout: 20_000 }).status === 0
if (!hasEngine) process.stderr.write('The image is not tried: no Docker engine answers.\n')
const { url } = await cloneDatabase()

const docker = (...words: string[]) => execFileSync('docker', words, { encoding: 'utf8' }).trim()

/** The image that Dockerfile names; where no registry answers, this machine’s own Node. */
function findBase(folder: string): string {
  const named = 'node:24-slim'
  const isThere = spawnSync('docker', ['image', 'inspect', named]).status === 0
  if (isThere || spawnSync('docker', ['pull', named], { timeout: 120_000 }).status === 0)
    return named
  process.stderr.write(`${named} cannot be pulled here: this machine’s Node takes its place.\n`)
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' })
  for (const [, library = ''] of libraries.matchAll(/(\/\S+) \(0x/g)) {
    cpSync(library, join(folder, 'root', library), { dereference: true })
  }
  cpSync(process.execPath, join(folder, 'root/usr/bin/node'), { dereference: true })
  mkdirSync(join(folder, 'root/tmp'))
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY root /\nENV PATH=/usr/bin\n')
  const image = 'cruddur-test-node'
  docker('build', '--quiet', '--tag', image, folder)
  onTestFinished(() => void docker('rmi', '--force', image))
  return image
}

async function findFreePort() {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return String(typeof address === 'object' ? address?.port : '')
}

function buildImage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cruddur-image-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const context = join(folder, 'api')
  for (const file of ['Dockerfile', '.dockerignore']) {
    cpSync(join(apiFolder, file), join(context, file))
  }
  const outdir = join(context, 'dist')
  execFileSync(process.execPath, [join(apiFolder, 'build.mjs'), '--outdir', outdir])
  const image = `cruddur-test-api-${process.pid}`
  const base = `NODE_IMAGE=${findBase(folder)}`
  docker('build', '--quiet', '--tag', image, '--build-arg', base, context)
  onTestFinished(() => void docker('rmi', '--force', image))
  return image
}

it('runs as an image: not as root, without writing, healthy, and ends at once', async (context) => {
  context.skip(!hasEngine, 'no Docker engine answers')
  const image = buildImage()
  const port = await findFreePort()
  const environment = Object.entries({
    PORT: port,
    HOST: '127.0.0.1',
    CONNECTION_URL: url,
    FRONTEND_URL: 'http://localhost:3000',
    AWS_COGNITO_USER_POOL_ID: 'us-east-1_Test1',
    AWS_COGNITO_USER_POOL_CLIENT_ID: 'client1',
  }).flatMap(([name, value]) => ['--env', `${name}=${value}`])
  const closed = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges']
  // The tests’ Postgres is on this machine alone.
  const id = docker('run', '--detach', '--network=host', ...closed, ...environment, image)
  onTestFinished(() => void docker('rm', '--force', id))

  const health = () => docker('inspect', '--format', '{{.State.Health.Status}}', id)
  await expect.poll(health, { timeout: 120_000, interval: 500 }).toBe('healthy')
  const response = await fetch(`http://127.0.0.1:${port}/api/activities/home`)
  expect([response.status, await response.json()]).toEqual([200, []])
  expect(docker('top', id, '-o', 'uid,pid').split('\n')[1]).toMatch(/^\s*1000\s/)
  docker('stop', '--time', '30', id)
  expect(docker('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0')
})
