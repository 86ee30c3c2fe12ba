import { expect, it } from 'vitest'
import { openCrowd } from './activities-counters.testing.ts'

it('counts as many as there are after 10,000 replies and deletions at once', async () => {
  const crowd = await openCrowd()
  await crowd.argue(10_000)
  const counted = await crowd.countMiscounted()
  expect(counted).toMatchObject({ miscounted: 0 })
  expect(counted?.activities).toBeGreaterThan(2000)
})
