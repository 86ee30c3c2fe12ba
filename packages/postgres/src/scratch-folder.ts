import { access, constants, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'

const memory = '/dev/shm'
const enoughBytes = 4 * 1024 ** 3

/**
 * Where data lives that ends with its test: in memory where there is plenty, since a database is a
 * thousand small files; else, or where TMPDIR says so, in the temporary folder.
 */
export async function scratchFolder() {
  if (tmpdir() !== '/tmp' || process.availableMemory() < enoughBytes) return tmpdir()
  try {
    await access(memory, constants.W_OK | constants.X_OK)
    const { bavail, bsize } = await statfs(memory)
    return bavail * bsize < enoughBytes ? tmpdir() : memory
  } catch {
    return tmpdir()
  }
}
