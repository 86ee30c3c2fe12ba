import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { installTool } from './install-tool.ts'

interface Runtime {
  version: string
  /** Its words to serve a bundle whose default export has a `fetch`, on a port of its own. */
  wordsFor(bundle: string): string[]
  /** Its words for a bundle that opens its server itself; Workers have no such thing. */
  wordsForProgram?(bundle: string): string[]
}

const runtimes = {
  bun: {
    version: '1.4.5',
    wordsFor: (bundle) => ['run', '--port=0', bundle],
    wordsForProgram: (bundle) => ['run', bundle],
  },
  deno: {
    version: '2.9.6',
    wordsFor: (bundle) => [
      'serve',
      '--no-config',
      '--no-prompt',
      '--allow-net=127.0.0.1',
      '--host=127.0.0.1',
      '--port=0',
      bundle,
    ],
    wordsForProgram: (bundle) => [
      'run',
      '--no-config',
      '--no-prompt',
      '--allow-env',
      '--allow-net',
      bundle,
    ],
  },
  workerd: {
    version: '1.20261117.1',
    wordsFor: (bundle) => ['serve', `${bundle}.capnp`, '--control-fd=1'],
  },
} as const satisfies Record<string, Runtime>

type RuntimeName = keyof typeof runtimes
export const runtimeNames = Object.keys(runtimes) as RuntimeName[]

/**
 * Serves a bundled module on a runtime that is not Node; installs the runtime if it is missing. With
 * an environment it is a whole program, which Node’s interfaces are there for.
 */
export async function openRuntime(
  name: RuntimeName,
  bundle: string,
  environment?: Record<string, string>,
) {
  const runtime: Runtime = runtimes[name]
  const modules = await installTool(name, runtime.version)
  if (name === 'workerd') {
    await writeFile(`${bundle}.capnp`, workerdConfig(basename(bundle), environment))
  }
  const wordsFor = (environment && runtime.wordsForProgram) ?? runtime.wordsFor
  const child = spawn(join(modules, '.bin', name), wordsFor(bundle), {
    cwd: dirname(bundle),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { NO_COLOR: '1', HOME: dirname(bundle), ...environment },
  })
  const closed = once(child, 'close')
  const port = await readPort(child)
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

/** Each of them says where it listens, in its own words. */
function readPort(child: ChildProcess & { stdout: Readable; stderr: Readable }) {
  return new Promise<string>((resolve, reject) => {
    let said = ''
    const listen = (chunk: Buffer) => {
      said += chunk
      const port = /(?:"port":|(?:localhost|127\.0\.0\.1):)(\d+)/.exec(said)?.[1]
      if (port !== undefined) resolve(port)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.on('error', reject)
    child.on('close', () => reject(new Error(`It ended before it listened: ${said}`)))
  })
}

const workerdConfig = (bundle: string, environment?: Record<string, string>) => {
  const variables = Object.entries(environment ?? {})
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private", "local"])),
    ${variables.filter(isHyperdrive).map(toOrigin)}
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "main", esModule = embed "${bundle}")],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = [${environment ? '"nodejs_compat"' : ''}],
  bindings = [${variables.map(toBinding)}],
);
`
}

type Variable = [name: string, text: string]

/** A connection URL of this name becomes what Cloudflare binds under it. */
const isHyperdrive = ([name]: Variable) => name === 'HYPERDRIVE'

const toOrigin = ([name, url]: Variable) =>
  `(name = "${name}", external = (address = "${new URL(url).host}", tcp = ()))`

function toBinding([name, text]: Variable) {
  if (!isHyperdrive([name, text])) return `(name = "${name}", text = ${JSON.stringify(text)})`
  const { pathname, username, password } = new URL(text)
  const login = `user = "${username}", password = "${password}", scheme = "postgres"`
  const database = `database = "${pathname.slice(1)}", ${login}`
  return `(name = "${name}", hyperdrive = (designator = "${name}", ${database}))`
}
