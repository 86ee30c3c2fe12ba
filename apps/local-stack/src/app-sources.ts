import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '@cruddur/db/admin'

export const appFolder = (app: string) => join(repositoryRoot, 'apps', app)

export const apiEntry = join(appFolder('api'), 'src/entry/node.ts')
export const migrationsFolder = join(repositoryRoot, 'packages/db/migrations')

/** The folders whose files an app runs from: its own, and those of the packages it depends on. */
export function listSources(app: string): string[] {
  const folder = appFolder(app)
  const manifest: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  const packages = Object.keys(manifest.dependencies)
    .filter((name) => name.startsWith('@cruddur/'))
    .map((name) => join(repositoryRoot, 'packages', name.replace('@cruddur/', '')))
  return [folder, ...packages].map((each) => join(each, 'src'))
}
