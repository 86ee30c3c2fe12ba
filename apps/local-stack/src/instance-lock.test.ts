import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { markProcess } from '@cruddur/postgres'
import { expect, it, onTestFinished } from 'vitest'
import { takeLock } from './instance-lock.ts'

async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-lock-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

function startSleeper() {
  const child = spawn('sleep', ['60'])
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

it('is held by one of many that take it at once, again and again', async () => {
  const folder = await openFolder()
  for (let round = 0; round < 5; round++) {
    const children = Array.from({ length: 5 }, startSleeper)
    const takers = await Promise.all(children.map(({ pid = 0 }) => markProcess(pid)))
    const holders = await Promise.all(takers.map((taker) => takeLock(folder, taker)))
    expect(new Set(holders.map(({ pid }) => pid)).size).toBe(1)
    // The next round finds a dead holder.
    for (const child of children) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
  expect(await readdir(folder)).toEqual(['dev.5.lock'])
})

it('is not held by another process that was given the holder’s pid', async () => {
  const folder = await openFolder()
  const { pid = 0 } = startSleeper()
  const alive = await markProcess(pid)
  await takeLock(folder, { pid, mark: 'another start of sleep 60' })
  expect(await takeLock(folder, alive)).toEqual(alive)
  expect(await takeLock(folder, await markProcess(process.pid))).toEqual(alive)
})
