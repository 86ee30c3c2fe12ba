import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What a server's directory holds. */
export interface ServerFolder {
  directory: string
  data: string
  log: string
}

export const serverFolder = (directory: string): ServerFolder => ({
  directory,
  data: join(directory, 'data'),
  log: join(directory, 'server.log'),
})

/** Stands inside the data, so that the two come and go together. */
export const passwordFile = (data: string) => join(data, 'superuser.password')

export async function getPassword(data: string) {
  try {
    return await readFile(passwordFile(data), 'utf8')
  } catch (cause) {
    const remedy = `run as its owner, or move ${data} away for a new start`
    const message = `${passwordFile(data)} cannot be read: ${remedy}.`
    throw new Error(message, { cause })
  }
}

/** The major version that initialised the data; undefined where there is none. */
export async function findDataVersion(data: string) {
  try {
    return (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim()
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw new Error(`${data} cannot be read: run as its owner, or choose another directory.`, {
      cause: error,
    })
  }
}

const maximumLogBytes = 10_000_000

/** Opens the log to append to, and gives the size it has now. */
export async function openLog(log: string) {
  const file = await open(log, 'a', 0o600)
  let { size } = await file.stat()
  if (size > maximumLogBytes) {
    await file.truncate()
    size = 0
  }
  return { file, size }
}

/** What was logged from a position on, a line each. */
export async function readLog(log: string, from: number) {
  const { size } = await stat(log).catch(() => ({ size: 0 }))
  if (size <= from) return []
  const file = await open(log)
  const { buffer, bytesRead } = await file.read({
    buffer: Buffer.alloc(Math.min(size - from, 100_000)),
    position: Math.max(from, size - 100_000),
  })
  await file.close()
  return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n')
}

export const isCode = (error: unknown, ...codes: string[]) =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code))
