import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { listRunning } from '../../test/harness.ts'
import { supervise } from '../supervise.ts'
import { createTerminal } from '../terminal.ts'
import { startCognito } from './cognito-process.ts'
import { poolFile, preparePool } from './pool-files.ts'

async function openCognito(change?: (folder: string) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-cognito-'))
  await preparePool(folder, 'http://127.0.0.1:1', () => {})
  await change?.(folder)
  const lines: string[] = []
  const pids: number[] = []
  const terminal = createTerminal((line) => lines.push(line), { colours: false })
  const onStart = async (pid: number) => {
    pids.push(pid)
  }
  const cognito = supervise('Cognito', () => startCognito(folder, onStart), terminal)
  onTestFinished(async () => {
    await cognito.close()
    expect(await listRunning(pids)).toEqual([])
    await rm(folder, { recursive: true })
  })
  return { cognito, lines, pids }
}

it('starts again after it was killed', async () => {
  const { cognito, lines, pids } = await openCognito()
  const first = await cognito.run().ready
  expect((await fetch(`${first}/health`)).status).toBe(200)
  process.kill(pids[0] ?? 0, 'SIGKILL')
  await expect.poll(() => pids).toHaveLength(2)
  const second = await cognito.run().ready
  expect(second).not.toBe(first)
  expect((await fetch(`${second}/health`)).status).toBe(200)
  expect(lines).toEqual(['Cognito ended (SIGKILL): it is started again.'])
})

it('gives the last lines of one that does not start', async () => {
  const { cognito, pids } = await openCognito((folder) => writeFile(poolFile(folder), '{'))
  await expect(cognito.run().ready).rejects.toThrow(
    /^Cognito did not start \(exit code 1\). Its last lines:\n(.|\n)*corrupted format/,
  )
  expect(pids).toHaveLength(1)
})
