import { readdir } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ask } from '../test/ask.ts'
import { openTemporary, temporaryDirectory } from '../test/temporary.ts'
import { findBinaries, type PostgresVersion } from './binaries.ts'
import { openServer } from './open-server.ts'
import { openThrowawayServer } from './open-throwaway-server.ts'

describe('a version that is not installed', () => {
  it('is downloaded once, however many ask for it', async () => {
    const cache = await temporaryDirectory()
    const steps: string[] = []
    const options = { cache, onProgress: (step: string) => steps.push(step) }
    const found = await Promise.all([findBinaries('17', options), findBinaries('17', options)])
    expect(found[0]).toEqual(found[1])
    expect(await readdir(cache)).toEqual([expect.stringMatching(/^\w+-\w+-17\.10\.0-beta\.17$/)])
    steps.length = 0
    await findBinaries('17', options)
    expect(steps).toEqual([])
  })

  it.each<PostgresVersion>(['14', '15', '16', '17', '18'])('runs: %s', async (version) => {
    const server = await openThrowawayServer({ version })
    onTestFinished(server.close)
    expect(server.version).toBe(version)
    expect(await ask(server.url, 'show server_version')).toEqual([
      expect.stringMatching(`^${version}\\.`),
    ])
    const encoding = 'select pg_encoding_to_char(encoding) from pg_database'
    expect(new Set(await ask(server.url, encoding))).toEqual(new Set(['UTF8']))
  })

  it('is named to who opens its data with another one', async () => {
    const { directory, server } = await openTemporary({ version: '14' })
    await expect(openServer({ directory })).rejects.toThrow('is of Postgres 14, and Postgres 18')
    expect(await openServer({ directory, version: '14' })).toMatchObject({ pid: server.pid })
  })
})

it('is stopped all the same when a connection does not end', async () => {
  const { server } = await openTemporary()
  const asked = ask(server.url, 'select pg_sleep(60)').catch(() => {})
  const stuck = "select pid from pg_stat_activity where query like 'select pg_sleep%'"
  await expect.poll(() => ask(server.url, stuck)).toHaveLength(1)
  const [pid] = await ask(server.url, stuck)
  process.kill(Number(pid), 'SIGSTOP')
  await server.close()
  await expect(ask(server.url, 'select 1')).rejects.toThrow('ECONNREFUSED')
  await asked
})
