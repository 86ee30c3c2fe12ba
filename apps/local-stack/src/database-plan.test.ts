import { expect, it } from 'vitest'
import { planDatabase } from './database-plan.ts'

it('migrates and seeds only what is on this machine, and empty or ours', () => {
  expect(planDatabase('empty', true)).toBe('migrate and seed')
  expect(planDatabase('ours', true)).toBe('migrate and seed')
})

it('starts on a remote database of ours without changing it', () => {
  expect(planDatabase('ours', false)).toBe('leave as it is')
})

it.each([
  ['empty', false, 'pnpm db migrate'],
  ['bootcamp', true, 'pnpm db adopt'],
  ['bootcamp', false, 'pnpm db adopt'],
  ['foreign', true, 'not Cruddur’s'],
  ['foreign', false, 'not Cruddur’s'],
] as const)('refuses what is %s (loopback: %s)', (shape, loopback, words) => {
  expect(planDatabase(shape, loopback)).toEqual({ refusal: expect.stringContaining(words) })
})
