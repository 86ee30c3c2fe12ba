import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openStateFolder } from './open-state-folder.ts'

it('takes what dev left behind, and names what cannot be of dev', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cruddur-state-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const folder = join(root, '.cruddur')
  await Promise.all([openStateFolder(folder), openStateFolder(folder)])
  expect((await stat(folder)).mode & 0o066).toBe(0)
  for (const name of ['postgres', 'cognito', 'lambda']) {
    await writeFile(join(folder, name), '')
    const refusal = `${join(folder, name)} is no folder: move it away, then start dev again.`
    await expect(openStateFolder(folder)).rejects.toThrow(refusal)
    await rm(join(folder, name))
    await mkdir(join(folder, name))
  }
  await mkdir(join(folder, 'local.json'))
  await expect(openStateFolder(folder)).rejects.toThrow(/local.json is no file: move it away/)
  await expect(openStateFolder('/proc/.cruddur')).rejects.toThrow('/proc/.cruddur cannot be used')
  await writeFile(join(root, 'file'), '')
  await expect(openStateFolder(join(root, 'file'))).rejects.toThrow('file is no folder')
})
