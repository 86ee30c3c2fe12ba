import { tmpdir } from 'node:os'
import { afterEach, expect, it, vi } from 'vitest'
import { scratchFolder } from './scratch-folder.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

it('is in memory where there is plenty', async () => {
  vi.stubEnv('TMPDIR', '')
  vi.spyOn(process, 'availableMemory').mockReturnValue(16e9)
  expect(['/dev/shm', tmpdir()]).toContain(await scratchFolder())
})

it('is on disk where memory is short', async () => {
  vi.stubEnv('TMPDIR', '')
  vi.spyOn(process, 'availableMemory').mockReturnValue(2e9)
  expect(await scratchFolder()).toBe('/tmp')
})

it('is where TMPDIR says', async () => {
  vi.stubEnv('TMPDIR', '/var/tmp')
  expect(await scratchFolder()).toBe('/var/tmp')
})
