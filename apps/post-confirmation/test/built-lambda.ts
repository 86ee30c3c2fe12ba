import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { unzip } from './unzip.ts'

const packageFolder = resolve(import.meta.dirname, '..')

const openFolder = () => mkdtempSync(join(tmpdir(), 'post-confirmation-'))

/** The zip, as `pnpm package` makes it. */
export function buildZip(): Buffer {
  const folder = openFolder()
  const build = [join(packageFolder, 'build.mjs'), '--zip', '--outdir', folder]
  execFileSync(process.execPath, build, { cwd: folder })
  const zip = readFileSync(join(folder, 'post-confirmation.zip'))
  rmSync(folder, { recursive: true })
  return zip
}

/** A folder that has only the zip's content; the caller removes it. */
export function unpackLambda(): string {
  const folder = openFolder()
  for (const [name, content] of unzip(buildZip())) writeFileSync(join(folder, name), content)
  return folder
}

interface Invocation {
  answer?: unknown
  errorMessage?: string
  ms: number
}

// Answers one event after the other, as Lambda's runtime does.
const runtime = `
  const { handler } = await import('./lambda.mjs')
  process.on('message', async (event) => {
    const start = performance.now()
    const said = await handler(event, { awsRequestId: 'request-1' }).then(
      (answer) => ({ answer }),
      (error) => ({ errorMessage: error.message }),
    )
    process.send({ ...said, ms: performance.now() - start })
  })
  process.on('disconnect', () => process.exit())
  process.send('ready')`

/** The built Lambda in a process of its own. */
export async function startLambda(folder: string, environment: Record<string, string>) {
  const start = performance.now()
  const child = spawn(process.execPath, ['--input-type=module', '--eval', runtime], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  await nextMessage(child, () => output)
  const initMs = performance.now() - start
  return {
    /** From the start of the process until its handler can be called. */
    initMs,
    output: () => output,
    async invoke(event: object): Promise<Invocation> {
      const answered = nextMessage<Invocation>(child, () => output)
      child.send(event)
      return answered
    },
    /** As Lambda does between two invocations. */
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    /** Ends it; what it wrote is complete then. */
    async stop() {
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
    },
  }
}

function nextMessage<T>(child: ChildProcess, output: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`The Lambda ended with ${code}: ${output()}`))
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      // What comes was sent by `runtime`, above.
      resolve(message as T)
    })
  })
}
