import { execFileSync } from 'node:child_process'
import { chmod, chown, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask } from '../test/ask.ts'
import { canBecomeNobody, nobody, startProgram } from '../test/child-program.ts'
import { openTemporary, temporaryDirectory } from '../test/temporary.ts'
import type { Server } from './open-server.ts'

const isRoot = process.getuid?.() === 0
const openIn = (directory: string) =>
  `say(await openServer({ directory: ${JSON.stringify(directory)} }))`

describe.runIf(isRoot)('as root', () => {
  it("runs below directories that are root's alone, on files that stay root's", async () => {
    const parent = await temporaryDirectory()
    await chmod(parent, 0o700)
    const { server } = await openTemporary({ directory: join(parent, 'server') })
    expect(await ask(server.url, 'select 1')).toEqual(['1'])
    expect((await stat(join(parent, 'server/data'))).uid).toBe(0)
    await server.close()
  })

  it.runIf(canBecomeNobody())(
    "becomes the owner of a directory that is somebody else's, who can go on with it",
    async () => {
      const parent = await temporaryDirectory()
      await chmod(parent, 0o755)
      const directory = join(parent, 'server')
      await mkdir(directory)
      await chown(directory, nobody.uid, nobody.gid)
      const { server } = await openTemporary({ directory })
      expect((await stat(`/proc/${server.pid}`)).uid).toBe(nobody.uid)
      await server.close()

      const program = startProgram(openIn(directory), nobody)
      const { url } = await program.hear<Server>()
      expect(await ask(url, 'select 1')).toEqual(['1'])
    },
  )

  it.runIf(canMount() && canBecomeNobody())(
    'becomes nobody where unshare is not allowed',
    async () => {
      const directory = await temporaryDirectory()
      const withoutUnshare = 'mount --bind /bin/false "$(command -v unshare)" && exec "$@"'
      const program = startProgram(openIn(directory), {
        wrapper: ['unshare', '--mount', 'sh', '-c', withoutUnshare, 'sh'],
      })
      const { url, pid } = await program.hear<Server>()
      expect(await ask(url, 'select 1')).toEqual(['1'])
      expect((await stat(`/proc/${pid}`)).uid).toBe(nobody.uid)
    },
  )

  it.runIf(canMount())('says why nobody can help below a directory of root', async () => {
    const directory = await temporaryDirectory()
    const withoutUnshare = 'mount --bind /bin/false "$(command -v unshare)" && exec "$@"'
    const code = openIn(join(directory, 'server')).replace(/\)$/, '.catch((e) => e.message))')
    const program = startProgram(code, {
      wrapper: ['unshare', '--mount', 'sh', '-c', withoutUnshare, 'sh'],
    })
    expect(await program.hear()).toMatch(
      /^Postgres cannot run as root, and no other user can write/,
    )
    expect((await stat(join(directory, 'server'))).uid).toBe(0)
  })

  it.runIf(canBecomeNobody()).each([
    ['an ordinary user directly', nobody],
    ['a user whom /etc/passwd does not name', { uid: 54321, gid: 54321 }],
  ])('serves %s', async (_, user) => {
    const directory = await temporaryDirectory()
    await chown(directory, user.uid, user.gid)
    const program = startProgram(openIn(directory), user)
    const { url, pid } = await program.hear<Server>()
    expect(await ask(url, 'select 1')).toEqual(['1'])
    expect((await stat(`/proc/${pid}`)).uid).toBe(user.uid)
  })
})

function canMount() {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' })
    return isRoot
  } catch {
    return false
  }
}
