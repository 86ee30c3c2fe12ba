import { expect, it } from 'vitest'
import { planDatabase } from './database-plan.ts'

it('migrates and seeds only what nothing keeps, and is empty or ours', () => {
  expect(planDatabase('empty', undefined)).toBe('migrate and seed')
  expect(planDatabase('ours', undefined)).toBe('migrate and seed')
})

it('starts on a database of ours that is kept without changing it', () => {
  expect(planDatabase('ours', 'on another machine')).toBe('leave as it is')
})

it.each([
  ['empty', 'in use as prod', 'seeds a database in use as prod. Nothing was started: `pnpm db mi'],
  ['bootcamp', undefined, 'pnpm db adopt'],
  ['bootcamp', 'in use as prod', 'pnpm db adopt'],
  ['foreign', undefined, 'not Cruddur’s'],
  ['foreign', 'in use as prod', 'not Cruddur’s'],
] as const)('refuses what is %s and %s', (shape, kept, words) => {
  expect(planDatabase(shape, kept)).toEqual({ refusal: expect.stringContaining(words) })
})
