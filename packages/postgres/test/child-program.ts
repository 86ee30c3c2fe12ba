import { type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const folder = join(import.meta.dirname, '..')
const index = join(folder, 'src/index.ts')

export const nobody = { uid: 65534, gid: 65534 }

/** Whether tests can become nobody, and nobody reaches this checkout and this Node. */
export function canBecomeNobody() {
  if (process.getuid?.() !== 0) return false
  const read = `require('node:fs').accessSync(${JSON.stringify(index)})`
  return spawnSync(process.execPath, ['-e', read], { ...nobody, cwd: '/' }).status === 0
}

/** A Node program of its own that has openServer, openThrowawayServer and `say`, to be killed. */
export function startProgram(
  code: string,
  options: SpawnOptions & { wrapper?: readonly string[] } = {},
) {
  const { wrapper = [], ...spawnOptions } = options
  const program = `
    import { openServer, openThrowawayServer } from ${JSON.stringify(index)}
    const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n')
    ${code}`
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program]
  const [command = '', ...args] = [...wrapper, ...node]
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...spawnOptions,
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  const lines = child.stdout && createInterface(child.stdout)[Symbol.asyncIterator]()
  const exited = new Promise<void>((resolve) => child.on('close', () => resolve()))
  return {
    child,
    exited,
    /** What the program says next. */
    async hear<T>(): Promise<T> {
      const line = await lines?.next()
      if (!line || line.done) throw new Error(`The program ended without a word: ${errors}`)
      return JSON.parse(line.value)
    },
  }
}
