import { expect, it } from 'vitest'
import { openCrowd } from './activities-counters.testing.ts'

it('counts as many as there are after hundreds of replies and deletions at once', async () => {
  const crowd = await openCrowd()
  await crowd.argue(600)
  const counted = await crowd.countMiscounted()
  expect(counted).toMatchObject({ miscounted: 0 })
  expect(counted?.activities).toBeGreaterThan(200)
})

it('deletes a reply and what it answers at the same moment, without a deadlock', async () => {
  const crowd = await openCrowd()
  // A deadlock would now stay one, instead of being found and said again unseen.
  await crowd.session.query(`do $$ begin
    execute format('alter database %I set deadlock_timeout = ''1h''', current_database()); end $$`)
  for (let round = 0; round < 30; round++) {
    const crud = await crowd.crud(1000 + round)
    const first = await crowd.reply(round, crud)
    const second = await crowd.reply(round + 1, first ?? '')
    await Promise.all([
      crowd.remove(round + 1, second ?? ''),
      crowd.remove(round, first ?? ''),
      crowd.reply(round + 2, first ?? ''),
      crowd.reply(round + 3, second ?? ''),
      crowd.remove(1000 + round, crud),
      crowd.reply(round + 4, crud),
    ])
  }
  expect(await crowd.countMiscounted()).toMatchObject({ miscounted: 0 })
})
