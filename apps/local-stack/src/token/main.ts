import { join, resolve } from 'node:path'
import { getAccessToken } from './get-access-token.ts'

const root = process.env.CRUDDUR_ROOT || resolve(import.meta.dirname, '../../../..')
try {
  console.log(await getAccessToken(join(root, '.cruddur'), process.argv[2]))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
