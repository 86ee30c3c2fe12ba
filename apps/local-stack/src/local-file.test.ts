import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findLocalFile, localFilePath } from './local-file.ts'

const whole = {
  ...{ pid: 1, apiUrl: 'http://127.0.0.1:1', connectionUrl: 'postgres:', database: ['here'] },
  ...{ people: [], processes: [{ name: 'API', pid: 2, mark: '3' }] },
}

it('takes what dev wrote, and nothing that was cut off or is something else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-file-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const find = async (text: string) => {
    await writeFile(localFilePath(folder), text)
    return findLocalFile(folder)
  }
  expect(await findLocalFile(folder)).toBeUndefined()
  expect(await find(JSON.stringify(whole))).toEqual(whole)
  const odd = [
    { pid: '1' },
    { apiUrl: 7 },
    { database: 1 },
    { people: null },
    { processes: [null] },
  ]
  const texts = odd.map((each) => JSON.stringify({ ...whole, ...each }))
  for (const text of ['', '{"pid": 1', 'null', '[]', '7', ...texts]) {
    expect(await find(text), text).toBeUndefined()
  }
})
