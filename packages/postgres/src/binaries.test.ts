import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { canBecomeNobody, nobody, startProgram } from '../test/child-program.ts'
import { temporaryDirectory } from '../test/temporary.ts'
import { createLinks, findBinaries } from './binaries.ts'
import { serverFolder } from './server-folder.ts'
import { startFailure } from './start-failure.ts'

/** A package as npm leaves it: the library is there, the links to it are not. */
async function packageWithoutLinks() {
  const folder = await temporaryDirectory()
  await mkdir(join(folder, 'native/lib'), { recursive: true })
  await writeFile(join(folder, 'native/lib/libpq.so.5.18'), 'a library')
  const targets = ['native/lib/libpq.so.5', 'native/lib/libpq.so']
  const links = targets.map((target) => ({ source: 'native/lib/libpq.so.5.18', target }))
  await writeFile(join(folder, 'native/pg-symlinks.json'), JSON.stringify(links))
  return folder
}

describe('createLinks', () => {
  it('makes the links that npm dropped, for many at a time, once', async () => {
    const folder = await packageWithoutLinks()
    await Promise.all([1, 2, 3, 4].map(() => createLinks(folder)))
    await createLinks(folder)
    expect(await readFile(join(folder, 'native/lib/libpq.so'), 'utf8')).toBe('a library')
    expect(await readFile(join(folder, 'native/lib/libpq.so.5'), 'utf8')).toBe('a library')
  })

  const isRoot = process.getuid?.() === 0
  it.runIf(!isRoot || canBecomeNobody())('says what to do where it may not write', async () => {
    const folder = await packageWithoutLinks()
    await chmod(folder, 0o755)
    await chmod(join(folder, 'native/lib'), 0o555)
    const code = `
      import { createLinks } from ${JSON.stringify(join(import.meta.dirname, 'binaries.ts'))}
      await createLinks(${JSON.stringify(folder)}).catch((error) => say(error.message))`
    const message = await startProgram(code, isRoot ? nobody : {}).hear()
    expect(message).toMatch(/libpq\.so\.5, which cannot be made: make it writable, or run `node/)
    await chmod(join(folder, 'native/lib'), 0o755)
  })
})

describe('a machine that cannot run the binaries', () => {
  const { platform } = process
  afterEach(() => void Object.defineProperty(process, 'platform', { value: platform }))

  it('is told how to use another Postgres', async () => {
    Object.defineProperty(process, 'platform', { value: 'win32' })
    await expect(findBinaries('18')).rejects.toThrow(
      /does not run on win32-.*: point CONNECTION_URL, or TEST_CONNECTION_URL for tests/,
    )
  })

  it('is told the same when the libc is not the one they were built for', async () => {
    const directory = await temporaryDirectory()
    const postgres = join(directory, 'postgres')
    await writeFile(postgres, '#!/lib/ld-of-another-libc.so\n', { mode: 0o755 })
    const binaries = { postgres, initdb: postgres }
    const { message } = await startFailure(serverFolder(directory), binaries, [])
    expect(message).toMatch(/as it is here \(.*ENOENT\): point CONNECTION_URL/)
  })
})
