import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

// A process that was just killed may hold its port a moment longer than its pid.
const patienceMs = 1000

/** Rejects unless the API could listen on this port. */
export async function requirePort(port: number) {
  const code = await waitForPort(port)
  if (!code) return
  const other = await findFreePortAfter(port)
  const wayOut = `choose another port: PORT=${other} npx -y pnpm@12 dev`
  if (code !== 'EADDRINUSE') {
    throw new Error(`The API cannot listen on port ${port} (PORT, ${code}): ${wayOut}`)
  }
  const holder = await findHolder(port)
  throw new Error(`Port ${port} (PORT) is taken${holder}: end what listens there, or ${wayOut}`)
}

/** Rejects unless the API could listen on this address. */
export async function requireHost(host: string | undefined) {
  const code = await tryListen(0, host)
  if (!code) return
  throw new Error(
    `HOST is ${host}, where this machine cannot listen (${code}): ` +
      'unset it for 127.0.0.1, or take 0.0.0.0 for every address.',
  )
}

/** What is in the way, if it does not go by itself. */
async function waitForPort(port: number): Promise<string | undefined> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const code = await findObstacle(port)
    if (code !== 'EADDRINUSE' || performance.now() > deadline) return code
    await delay(50)
  }
}

/** Both ways to listen: where addresses may be shared, either alone lets a program's own pass. */
async function findObstacle(port: number): Promise<string | undefined> {
  return (await tryListen(port)) ?? (await tryListen(port, '127.0.0.1'))
}

function tryListen(port: number, host?: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

async function findFreePortAfter(port: number): Promise<number> {
  const first = port < 1024 || port > 65_000 ? 4567 : port + 1
  for (let candidate = first; candidate < first + 50; candidate++) {
    if (!(await findObstacle(candidate))) return candidate
  }
  return first
}

/** Best effort: lsof may be missing, and shows others' processes to root only. */
async function findHolder(port: number): Promise<string> {
  try {
    const lsof = promisify(execFile)('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
      timeout: 2000,
    })
    const { stdout } = await lsof
    const [, pid, command] = /^p(\d+)\nc(.*)$/m.exec(stdout) ?? []
    return pid ? ` by ${command} (process ${pid})` : ''
  } catch {
    return ''
  }
}
