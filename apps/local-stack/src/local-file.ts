import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessMark } from '@cruddur/postgres'
import type { LocalPerson } from './cognito/link-people.ts'

/** A process that we started, and would leave behind if we were killed. */
export interface StartedProcess extends ProcessMark {
  name: string
}

/** What runs, for other programs to read: `.cruddur/local.json`. */
export interface LocalFile {
  pid: number
  apiUrl: string
  connectionUrl: string
  /** The database in words, a line each. */
  database: string[]
  region: string
  userPoolId: string
  clientId: string
  /** Our own Cognito, and what every mailed code is; undefined where the pool is somebody's own. */
  cognitoUrl: string | undefined
  confirmationCode: string | undefined
  /** Whom one can sign in as. */
  people: LocalPerson[]
  processes: StartedProcess[]
}

export const localFilePath = (folder: string) => join(folder, 'local.json')

export async function writeLocalFile(folder: string, local: LocalFile) {
  const draft = `${localFilePath(folder)}.new`
  await writeFile(draft, `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, localFilePath(folder))
}

export const removeLocalFile = (folder: string) => rm(localFilePath(folder), { force: true })

/** What the last `pnpm dev` wrote, which may be dead by now; undefined where it makes no sense. */
export async function findLocalFile(folder: string): Promise<LocalFile | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(localFilePath(folder), 'utf8'))
    return isWhole(found) ? found : undefined
  } catch {
    return undefined
  }
}

function isWhole(found: unknown): found is LocalFile {
  if (typeof found !== 'object' || found === null) return false
  const { pid, apiUrl, connectionUrl, database, people, processes }: Partial<LocalFile> = found
  const isList = (list: unknown) =>
    Array.isArray(list) && list.every((each) => Object(each) === each)
  const hasUrls = typeof connectionUrl === 'string' && URL.canParse(`${apiUrl}`)
  const hasLists = Array.isArray(database) && isList(people) && isList(processes)
  return Number.isInteger(pid) && hasUrls && hasLists
}
