import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ask } from '../test/ask.ts'
import { startProgram } from '../test/child-program.ts'
import { isAlive, temporaryDirectory } from '../test/temporary.ts'
import type { Server } from './open-server.ts'
import { openThrowawayServer, type ThrowawayOptions } from './open-throwaway-server.ts'

async function openForTest(options?: ThrowawayOptions) {
  const server = await openThrowawayServer(options)
  onTestFinished(server.close)
  const [data = ''] = await ask(server.url, 'show data_directory')
  return { ...server, directory: join(data, '..') }
}

const settingsOf = ({ url }: Server) =>
  ask(
    url,
    `select setting from pg_settings where name in
     ('fsync', 'full_page_writes', 'max_connections', 'synchronous_commit') order by name`,
  )

describe('openThrowawayServer', () => {
  it('trades durability for speed, unless it is told otherwise', async () => {
    const [fast, durable] = await Promise.all([
      openForTest({ settings: { max_connections: '20' } }),
      openForTest({ durable: true }),
    ])
    expect(await settingsOf(fast)).toEqual(['off', 'off', '20', 'off'])
    expect(await settingsOf(durable)).toEqual(['on', 'on', '100', 'on'])
  })

  it('is gone once closed, its folder too, even when its keeper was killed', async () => {
    const servers = await Promise.all([openForTest(), openForTest()])
    process.kill(findKeeper(servers[1].directory), 'SIGKILL')
    await Promise.all(servers.map((server) => server.close()))
    expect(servers.filter(({ pid, directory }) => isAlive(pid) || existsSync(directory))).toEqual(
      [],
    )
  })

  it('leaves nothing behind when it cannot start', async () => {
    const TMPDIR = await temporaryDirectory()
    const program = startProgram(
      `const settings = { shared_buffers: 'lots' }
      await openThrowawayServer({ settings }).catch((e) => say(e.message))`,
      { env: { ...process.env, TMPDIR } },
    )
    expect(await program.hear()).toContain('invalid value for parameter "shared_buffers"')
    await program.exited
    expect(await serversIn(TMPDIR)).toEqual([])
  })
})

describe('a throw-away server', () => {
  const open = 'say(await openThrowawayServer());'
  const wait = 'setInterval(() => {}, 1000)'

  it.each([
    { end: 'its program is killed', code: `${open} ${wait}`, signal: 'SIGKILL' },
    {
      end: "Ctrl-C interrupts the program's whole group",
      code: `${open} ${wait}`,
      signal: 'SIGINT',
    },
    { end: 'its program has nothing left to do', code: open },
  ] as const)('is gone soon after $end', async ({ code, ...rest }) => {
    const TMPDIR = await temporaryDirectory()
    const program = startProgram(code, { detached: true, env: { ...process.env, TMPDIR } })
    const { pid } = await program.hear<Server>()
    if ('signal' in rest) {
      process.kill(findKeeper(TMPDIR), 'SIGTERM') // as a machine does that shuts down
      process.kill(-(program.child.pid ?? 0), rest.signal)
    }
    await program.exited
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false)
    await expect.poll(() => serversIn(TMPDIR), { timeout: 5000 }).toEqual([])
  })

  it('is gone soon after its program is killed within initdb', async () => {
    const TMPDIR = await temporaryDirectory()
    const program = startProgram('await openThrowawayServer({ onProgress: say })', {
      env: { ...process.env, TMPDIR },
    })
    await program.hear()
    const [folder = ''] = await serversIn(TMPDIR)
    await expect
      .poll(() => readdir(join(TMPDIR, folder)), { interval: 10 })
      .toContainEqual(expect.stringMatching(/^init-\d+-\w+$/))
    program.child.kill('SIGKILL')
    await program.exited
    await expect.poll(() => serversIn(TMPDIR), { timeout: 5000 }).toEqual([])
  })
})

// tsx keeps its cache in the same folder.
const serversIn = async (folder: string) =>
  (await readdir(folder)).filter((name) => name.startsWith('cruddur-postgres-'))

const findKeeper = (directory: string) =>
  Number(execFileSync('pgrep', ['-f', `^/bin/sh .*keeper ${directory}`]))
