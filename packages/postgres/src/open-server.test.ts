import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../test/ask.ts'
import { startProgram } from '../test/child-program.ts'
import {
  isAlive,
  makeDirectory,
  openTemporary,
  removeWithServers,
  temporaryDirectory,
} from '../test/temporary.ts'
import { findFreePort } from './free-port.ts'
import { openServer, type Server } from './open-server.ts'

describe('a server that runs', () => {
  let directory: string
  let server: Server
  const steps: string[] = []

  beforeAll(async () => {
    directory = await makeDirectory()
    server = await openServer({ directory, onProgress: (step) => steps.push(step) })
  })
  afterAll(() => removeWithServers(directory))

  it('speaks UTF-8, sorts alike on every machine and lives in UTC', async () => {
    const encoding =
      "select concat_ws(' ', pg_encoding_to_char(encoding), datlocprovider, datlocale)" +
      ' from pg_database'
    expect(await ask(server.url, `${encoding} where datname = 'postgres'`)).toEqual([
      'UTF8 b C.UTF-8',
    ])
    expect(await ask(server.url, 'show timezone')).toEqual(['UTC'])
    expect(server).toMatchObject({ version: '18', adopted: false })
    expect(steps).toEqual(['Creating the data of Postgres 18', 'Starting Postgres 18'])
  })

  it('listens on the loopback only, and on no Unix socket', async () => {
    expect(await ask(server.url, 'show listen_addresses')).toEqual(['127.0.0.1'])
    expect(await ask(server.url, 'show unix_socket_directories')).toEqual([''])
  })

  it('lets in who knows the password, which its owner alone can read', async () => {
    const wrong = server.url.replace(/:[^:]+@/, ':guess@')
    await expect(ask(wrong, 'select 1')).rejects.toThrow('password authentication failed')
    expect((await stat(join(directory, 'data/superuser.password'))).mode & 0o777).toBe(0o600)
    expect(await readdir(directory)).toEqual(['data', 'server.log'])
  })

  it('is adopted at once by who opens the directory again', async () => {
    const start = performance.now()
    const again = await openServer({ directory })
    expect(performance.now() - start).toBeLessThan(200)
    expect(again).toMatchObject({ url: server.url, pid: server.pid, adopted: true })
    expect(await openServer({ directory, port: server.port })).toMatchObject({ pid: server.pid })
  })

  it('stays as it is when it is asked to move to a taken port', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await expect(openServer({ directory, port })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken`,
    )
    other.close()
    expect(await ask(server.url, 'select 1')).toEqual(['1'])
  })

  it('moves to another port when asked, and keeps its data', async () => {
    await ask(server.url, 'create table cruds as select 42 as id')
    const port = await findFreePort()
    const moved = await openServer({ directory, port })
    expect(moved).toMatchObject({ port, adopted: false })
    expect(await ask(moved.url, 'select id from cruds')).toEqual(['42'])
    server = moved
  })

  it('stops for good when closed, even while somebody is connected, once or twice', async () => {
    const sleep = ask(server.url, 'select pg_sleep(60)').catch((error: Error) => error.message)
    await expect
      .poll(() =>
        ask(server.url, "select 1 from pg_stat_activity where query like 'select pg_sleep%'"),
      )
      .toContain('1')
    await server.close()
    expect(isAlive(server.pid)).toBe(false)
    expect(await sleep).toContain('terminating connection')
    await server.close()
  })
})

const initialising = expect.stringMatching(/^init-\d+-\w+$/)

describe('openServer', () => {
  it('leaves a server that outlives a killed starter, whatever its environment', async () => {
    const directory = await temporaryDirectory()
    const program = startProgram(
      `say(await openServer({ directory: ${JSON.stringify(directory)} }))
      setInterval(() => {}, 1e3)`,
      {
        detached: true,
        env: { ...process.env, PGDATA: '/nowhere', PGPORT: '1', TZ: 'Asia/Tokyo', LC_ALL: 'de_DE' },
      },
    )
    const { pid } = await program.hear<Server>()
    process.kill(-(program.child.pid ?? 0), 'SIGKILL')
    await program.exited
    const server = await openServer({ directory })
    expect(server).toMatchObject({ pid, adopted: true })
    expect(await ask(server.url, 'show lc_messages')).toEqual(['C'])
    expect(await ask(server.url, 'show log_timezone')).toEqual(['UTC'])
  })

  it('gives starters that race on a fresh directory the same server', async () => {
    const directory = await temporaryDirectory()
    const code = `say(await openServer({ directory: ${JSON.stringify(directory)} }))`
    const program = startProgram(code)
    const ours = [openServer({ directory }), openServer({ directory })]
    const servers = await Promise.all([...ours, program.hear<Server>()])
    expect(new Set(servers.map(({ url, pid }) => `${url} ${pid}`)).size).toBe(1)
    expect(servers.filter(({ adopted }) => !adopted)).toHaveLength(1)
    expect(await readdir(directory)).toEqual(['data', 'server.log'])
  })

  it('starts over where a starter was killed within initdb, and clears up after it', async () => {
    const directory = await temporaryDirectory()
    const program = startProgram(
      `await openServer({ directory: ${JSON.stringify(directory)}, onProgress: say })`,
    )
    await program.hear()
    await expect.poll(() => readdir(directory), { interval: 10 }).toContainEqual(initialising)
    program.child.kill('SIGKILL')
    await program.exited
    expect(await readdir(directory)).not.toContain('data')
    const server = await openServer({ directory })
    expect(await ask(server.url, 'select 1')).toEqual(['1'])
    await server.close()
    await openServer({ directory })
    expect(await readdir(directory)).toEqual(['data', 'server.log'])
  })

  it.each([-1, 1.5, 65_536])('rejects %d, which is no port', async (port) => {
    await expect(openTemporary({ port })).rejects.toThrow(`${port} is no port`)
  })

  it('names the port that somebody else took while it was starting', async () => {
    const port = await findFreePort()
    const thief = createServer()
    const onProgress = (step: string) => {
      if (step.startsWith('Starting')) thief.listen(port, '127.0.0.1')
    }
    await expect(openTemporary({ port, onProgress })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken`,
    )
    thief.close()
  })

  it('says what the log says when Postgres does not start', async () => {
    const settings = { shared_buffers: 'lots' }
    await expect(openTemporary({ settings })).rejects.toThrow(
      /did not start on .*invalid value for .*"shared_buffers": "lots".*Mend what they name/s,
    )
  })
})
