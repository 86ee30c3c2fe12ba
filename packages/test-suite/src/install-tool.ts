import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const tools = resolve(import.meta.dirname, '../../../.cruddur/tools')

/**
 * The `node_modules` with a tool from npm that one suite alone needs, at one version: installed
 * when it is first asked for, and kept. What is there is whole, for it arrives by one rename.
 */
export async function installTool(name: string, version: string): Promise<string> {
  const folder = join(tools, `${name}-${version}`)
  const modules = join(folder, 'node_modules')
  if (existsSync(modules)) return modules
  process.stderr.write(`Installing ${name} ${version} into ${folder}\n`)
  await mkdir(tools, { recursive: true })
  const temporary = await mkdtemp(join(tools, '.install-'))
  try {
    const install = ['install', '--no-audit', '--no-fund', '--prefix', temporary]
    await promisify(execFile)('npm', [...install, `${name}@${version}`], { cwd: temporary })
    await rename(temporary, folder)
  } catch (error) {
    // Another suite may have been faster.
    if (!existsSync(modules)) throw error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  return modules
}
