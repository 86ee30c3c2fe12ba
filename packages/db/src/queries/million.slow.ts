import { describe } from 'vitest'
import { seedBulk } from '../seed-bulk.ts'
import { cloneDatabase } from '../testing.ts'
import { testPlans } from './plans.testing.ts'
import { testSearch } from './search-at-scale.testing.ts'

// One database for all that is asked of a million cruds: filling it takes longer than the asking.
const million = await cloneDatabase()
const start = performance.now()
await seedBulk(million.url, 1_000_000)
process.stderr.write(`a million seeded in ${Math.round((performance.now() - start) / 1000)} s\n`)
await million.session.query('vacuum analyze activities')

describe('plans', () => testPlans(million))
describe('search', () => testSearch(million))
