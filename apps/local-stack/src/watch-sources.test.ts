import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { watchSources } from './watch-sources.ts'

it('notices every way in which a source file changes, and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-watch-'))
  const inner = join(folder, 'inner')
  const file = join(inner, 'a.ts')
  await mkdir(inner)
  await writeFile(file, '1')
  const seen = new Set<string>()
  const watcher = watchSources([folder], (path) => seen.add(basename(path)))
  onTestFinished(async () => {
    watcher.close()
    await rm(folder, { recursive: true })
  })
  const notices = async (name: string, act: () => Promise<unknown>) => {
    await delay(20)
    seen.clear()
    await act()
    await expect.poll(() => seen.has(name)).toBe(true)
  }
  const replace = async () => {
    await writeFile(join(inner, 'a.tmp'), '2')
    await rename(join(inner, 'a.tmp'), file)
  }
  await notices('a.ts', () => writeFile(file, '2'))
  await notices('a.ts', replace)
  await notices('a.ts', replace)
  await notices('a.ts', () => writeFile(file, '3'))
  await notices('inner', async () => {
    await rm(inner, { recursive: true })
    await mkdir(inner)
  })
  await notices('a.ts', () => writeFile(file, '4'))
  await notices('a.ts', () => rm(file))

  await delay(20)
  seen.clear()
  await writeFile(join(inner, 'a.test.ts'), '1')
  await writeFile(join(inner, '.a.ts.swp'), '1')
  await notices('b.ts', () => writeFile(join(inner, 'b.ts'), '1'))
  expect([...seen]).toEqual(['b.ts'])
})
