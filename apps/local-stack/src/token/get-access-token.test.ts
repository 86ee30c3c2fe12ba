import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { writeLocalFile } from '../local-file.ts'
import { localPool } from '../local-pool.ts'
import { getAccessToken } from './get-access-token.ts'

it('says how to start what does not run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cruddur-token-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await expect(getAccessToken(folder, 'di')).rejects.toThrow(
    'dev does not run here: start it with `npx -y pnpm@12 dev`',
  )
  await writeLocalFile(folder, {
    ...{ pid: 1, apiUrl: 'http://127.0.0.1:1', connectionUrl: 'postgres:', database: [] },
    ...{ ...localPool, cognitoUrl: 'http://127.0.0.1:1', confirmationCode: '1' },
    people: [{ sub: 'd', handle: 'di', email: 'di@example.com', password: '' }],
    processes: [],
  })
  await expect(getAccessToken(folder, 'di')).rejects.toThrow(
    'Cognito does not answer at http://127.0.0.1:1: start `npx',
  )
})
