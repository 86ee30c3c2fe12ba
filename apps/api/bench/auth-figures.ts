import { createVerifier } from '@cruddur/auth'
import { createTestPool } from '@cruddur/auth/testing'
import type { Bound } from './scenarios.ts'

const count = 500

/** Access tokens verified a second, for the first time and again; more in `pnpm bench:auth`. */
export async function measureVerify(): Promise<Bound[]> {
  const pool = await createTestPool()
  const verify = createVerifier(pool.verifierOptions)
  const tokens = await Promise.all(Array.from({ length: count }, () => pool.sign()))
  await verify(await pool.sign())
  const perSecond = async () => {
    const start = performance.now()
    for (const token of tokens) await verify(token)
    return (count * 1000) / (performance.now() - start)
  }
  return [
    { what: 'tokens verified, first time', value: await perSecond(), unit: '/s' },
    { what: 'tokens verified, again', value: await perSecond(), unit: '/s' },
  ]
}
