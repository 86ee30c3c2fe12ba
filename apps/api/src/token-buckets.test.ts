import { expect, it } from 'vitest'
import { createTokenBuckets } from './token-buckets.ts'

const bucket = { tokens: 7, windowMs: 60_000 }

it('gives out its tokens, then one each time that one has come back', () => {
  let now = 1_795_000_000_123
  const takeToken = createTokenBuckets(() => now)
  const take = () => takeToken('di', bucket).isTaken
  expect(Array.from({ length: 9 }, take).filter(Boolean)).toHaveLength(7)
  expect(takeToken('di', bucket).fullInMs).toBeCloseTo(60_000, 0)
  expect(takeToken('ed', bucket).isTaken).toBe(true)
  now += 60_000 / 7 + 1
  expect([take(), take()]).toEqual([true, false])
  now += 3_600_000
  expect(Array.from({ length: 9 }, take).filter(Boolean)).toHaveLength(7)
})

it('keeps so many at most, and the empty ones rather than the full', () => {
  let now = 1_795_000_000_123
  const takeToken = createTokenBuckets(() => now, 100)
  while (takeToken('di', { tokens: 7, windowMs: 6_000_000 }).isTaken);
  for (let n = 0; n < 99; n++) takeToken(`once ${n}`, bucket)
  now += 120_000
  for (let n = 0; n < 50; n++) takeToken(`again ${n}`, bucket)
  expect(takeToken.size()).toBeLessThanOrEqual(100)
  expect(takeToken('di', { tokens: 7, windowMs: 6_000_000 }).isTaken).toBe(false)
  for (let n = 0; n < 10_000; n++) takeToken(`flood ${n}`, bucket)
  expect(takeToken.size()).toBeLessThanOrEqual(100)
})
