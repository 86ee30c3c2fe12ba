import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { markProcess } from '@cruddur/postgres'
import { expect, it, onTestFinished } from 'vitest'
import { endOrphans } from './end-orphans.ts'
import { writeLocalFile } from './local-file.ts'
import { localPool } from './local-pool.ts'

async function leaveBehind(names: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-orphans-'))
  const orphans = names.map(() => spawn('sleep', ['60'], { detached: true }))
  onTestFinished(async () => {
    for (const orphan of orphans) orphan.kill('SIGKILL')
    await rm(folder, { recursive: true })
  })
  const exits = orphans.map((orphan) => once(orphan, 'exit'))
  const processes = await Promise.all(
    orphans.map(async ({ pid = 0 }, index) => ({
      name: names[index] ?? '',
      ...(await markProcess(pid)),
    })),
  )
  const local = {
    ...{ pid: 1, apiUrl: 'http://127.0.0.1:1', connectionUrl: 'postgres:', database: [] },
    ...{ ...localPool, cognitoUrl: undefined, confirmationCode: undefined, people: [] },
  }
  return {
    folder,
    orphans,
    exits,
    processes,
    write: () => writeLocalFile(folder, { ...local, processes }),
  }
}

const print = () => {}

it('ends what a killed dev left, but for the Postgres that is taken over', async () => {
  const { folder, orphans, exits, write } = await leaveBehind(['API', 'Postgres'])
  await write()
  await endOrphans(folder, { print, keepPostgres: true })
  expect(await exits[0]).toEqual([null, 'SIGTERM'])
  expect(orphans[1]?.signalCode).toBeNull()
  await endOrphans(folder, { print, keepPostgres: false })
  expect(await exits[1]).toEqual([null, 'SIGINT'])
})

it('leaves a process alone that only has the pid', async () => {
  const { folder, orphans, processes, write } = await leaveBehind(['API'])
  for (const each of processes) each.mark = each.mark.replace(/^\d/, '0')
  await write()
  await endOrphans(folder, { print, keepPostgres: false })
  expect(orphans[0]?.signalCode).toBeNull()
})

it('ends nothing where there is no file', async () => {
  const { folder } = await leaveBehind([])
  await endOrphans(folder, { print, keepPostgres: false })
})
