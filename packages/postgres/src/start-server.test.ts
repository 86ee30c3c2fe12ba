import { spawn } from 'node:child_process'
import { cp, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ask } from '../test/ask.ts'
import {
  isAlive,
  makeDirectory,
  openTemporary,
  removeWithServers,
  temporaryDirectory,
} from '../test/temporary.ts'
import { openServer } from './open-server.ts'
import { startServer } from './start-server.ts'

// One initialised directory, copied by the tests: a tenth of what initdb costs.
let template: string
beforeAll(async () => {
  template = await makeDirectory()
  await (await openServer({ directory: template })).close()
})
afterAll(() => removeWithServers(template))

async function initialisedDirectory() {
  const directory = await temporaryDirectory()
  await cp(template, directory, { recursive: true })
  return directory
}

const pidFile = (directory: string) => join(directory, 'data/postmaster.pid')

describe('a postmaster.pid that is not true', () => {
  function someProgram() {
    const program = spawn('sleep', ['60'])
    onTestFinished(() => void program.kill())
    return program.pid ?? 0
  }

  async function leaveStale(pid: number, pidDirectory?: string) {
    const directory = await initialisedDirectory()
    const lines = [
      pid,
      pidDirectory ?? join(directory, 'data'),
      1_700_000_000,
      5432,
      '',
      '127.0.0.1',
    ]
    await writeFile(pidFile(directory), `${lines.join('\n')}\n  1 1\nready\n`)
    return directory
  }

  it('is ignored when its pid now belongs to another program', async () => {
    const { server } = await openTemporary({ directory: await leaveStale(someProgram()) })
    expect(server.adopted).toBe(false)
    expect(await ask(server.url, 'select 1')).toEqual(['1'])
  })

  it('is ignored when its pid belongs to another Postgres', async () => {
    const { server: other } = await openTemporary({ directory: await initialisedDirectory() })
    const { server } = await openTemporary({ directory: await leaveStale(other.pid) })
    expect(server).toMatchObject({ adopted: false })
    expect(server.pid).not.toBe(other.pid)
  })

  it('leads starters that race to one server', async () => {
    const directory = await leaveStale(someProgram())
    const servers = await Promise.all([1, 2, 3, 4].map(() => openServer({ directory })))
    expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1)
  })

  it('is ignored when the directory was copied from one whose server runs', async () => {
    const { server: original, directory } = await openTemporary({
      directory: await initialisedDirectory(),
    })
    const copy = await temporaryDirectory()
    await cp(directory, copy, { recursive: true })
    const { server } = await openTemporary({ directory: copy })
    expect(server.adopted).toBe(false)
    expect(server.pid).not.toBe(original.pid)
  })

  it('is removed when a power failure emptied it', async () => {
    const directory = await initialisedDirectory()
    await writeFile(pidFile(directory), '')
    await utimes(pidFile(directory), new Date(0), new Date(0))
    const { server } = await openTemporary({ directory })
    expect(await ask(server.url, 'select 1')).toEqual(['1'])
  })
})

describe('startServer', () => {
  it('adopts the server of a directory that was moved while it ran', async () => {
    const parent = await temporaryDirectory()
    await cp(template, join(parent, 'before'), { recursive: true })
    const before = await openServer({ directory: join(parent, 'before') })
    await rename(join(parent, 'before'), join(parent, 'after'))
    expect(await openServer({ directory: join(parent, 'after') })).toMatchObject({
      pid: before.pid,
      adopted: true,
    })
  })

  it('does not adopt a server that hangs and dies', async () => {
    const { server, directory } = await openTemporary({ directory: await initialisedDirectory() })
    onTestFinished(() => void (isAlive(server.pid) && process.kill(server.pid, 'SIGKILL')))
    process.kill(server.pid, 'SIGSTOP')
    const opening = openServer({ directory })
    expect(await Promise.race([opening, delay(300)])).toBeUndefined()
    process.kill(server.pid, 'SIGKILL')
    expect(await opening).toMatchObject({ adopted: false })
  })

  it('recovers at once from the kill -9 of a postmaster that was at work', async () => {
    const { server, directory } = await openTemporary({ directory: await initialisedDirectory() })
    await ask(server.url, 'create table cruds as select 42 as id')
    const asked = ask(server.url, 'select pg_sleep(1)').catch(() => {})
    await expect
      .poll(() =>
        ask(server.url, "select 1 from pg_stat_activity where query like 'select pg_sleep%'"),
      )
      .toContain('1')
    process.kill(server.pid, 'SIGKILL')
    const recovered = await openServer({ directory })
    expect(recovered.adopted).toBe(false)
    expect(await ask(recovered.url, 'select id from cruds')).toEqual(['42'])
    await asked
  })

  /** Starts one whose port another program takes first; on a busy machine it may be too late. */
  async function startRobbed() {
    const directory = await initialisedDirectory()
    const ports: number[] = []
    const thief = createServer()
    const server = await startServer({
      directory,
      durable: true,
      onChild(child) {
        const port = Number(/port=(\d+)/.exec(child.spawnargs.join(' '))?.[1])
        if (ports.push(port) > 1) return
        child.kill('SIGSTOP')
        thief.on('error', () => child.kill('SIGCONT'))
        thief.listen(port, '127.0.0.1', () => child.kill('SIGCONT'))
      },
    })
    const isRobbed = thief.listening
    thief.close()
    return { ports, server, isRobbed }
  }

  it('takes another free port when it lost one in a race', async () => {
    let robbed = await startRobbed()
    for (let tries = 0; !robbed.isRobbed && tries < 5; tries++) robbed = await startRobbed()
    expect(robbed.ports).toHaveLength(2)
    expect(robbed.server.port).toBe(robbed.ports[1])
  })

  it('says whose data it is when another major version made it', async () => {
    const directory = await initialisedDirectory()
    await writeFile(join(directory, 'data/PG_VERSION'), '16\n')
    await expect(openServer({ directory })).rejects.toThrow(
      /is of Postgres 16, and Postgres 18 cannot read it: remove the directory/,
    )
  })

  it('touches no files that are not of Postgres', async () => {
    const directory = await temporaryDirectory()
    await mkdir(join(directory, 'data'))
    await writeFile(join(directory, 'data/thesis.txt'), 'years of work')
    await expect(openServer({ directory })).rejects.toThrow('no Postgres data: move it away')
    expect(await readFile(join(directory, 'data/thesis.txt'), 'utf8')).toBe('years of work')
  })

  it('says what to do when the password is lost', async () => {
    const directory = await initialisedDirectory()
    await rm(join(directory, 'data/superuser.password'))
    await expect(openServer({ directory })).rejects.toThrow(/superuser.password cannot be read: /)
  })
})
