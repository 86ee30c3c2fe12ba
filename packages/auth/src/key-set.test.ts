import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { KeysUnavailableError } from './errors.ts'
import { RemoteKeySet } from './key-set.ts'
import { type Key, type Keys, readKeys } from './keys.ts'
import { createTestKey } from './testing.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

let key: Key
beforeAll(async () => {
  const { jwk } = await createTestKey('known')
  const keys = await readKeys({ keys: [jwk] }, { earlier: new Map(), allowPublished: false })
  key = keys.get('known') ?? expect.fail('no key')
})

let clockMs: number
let fetches: number
let published: string[]
let isDown: boolean
beforeEach(() => {
  clockMs = 1_700_000_000_000
  fetches = 0
  published = ['known']
  isDown = false
})

const settle = () => new Promise(setImmediate)

const read = async (): Promise<Keys> => {
  fetches += 1
  const answer = new Map(published.map((kid) => [kid, key]))
  await settle()
  if (isDown) throw new Error('connection refused')
  return answer
}

const open = (singleFlight = true) =>
  new RemoteKeySet({ url: 'https://keys.test', read, now: () => clockMs, singleFlight })

const openLoaded = async (singleFlight = true) => {
  const set = open(singleFlight)
  await set.load()
  fetches = 0
  return set
}

const ask = async (set: RemoteKeySet, kid = 'known') => {
  try {
    return (await set.find(kid)) ? 'found' : 'unknown'
  } catch (error) {
    return error instanceof KeysUnavailableError ? 'unavailable' : error
  }
}
const askAtOnce = (set: RemoteKeySet, kids: readonly string[]) =>
  Promise.all(kids.map((kid) => ask(set, kid))).then((answers) => [...new Set(answers)])

/** Asks every second for so long; returns the answers without repeats. */
const askFor = async (set: RemoteKeySet, durationMs: number, kid = 'known') => {
  const answers = new Set<unknown>()
  for (const end = clockMs + durationMs; clockMs < end; clockMs += SECOND) {
    answers.add(await ask(set, kid))
    await settle()
  }
  return [...answers]
}
const many = (count: number) => Array.from({ length: count }, (_, i) => `random ${i}`)

describe('fetching keys', () => {
  it('fetches once for all that ask at once, then answers without a promise', async () => {
    const set = open()
    expect(await askAtOnce(set, new Array(100).fill('known'))).toEqual(['found'])
    expect(fetches).toBe(1)
    expect(set.find('known')).toBe(key)
  })

  it('refreshes every five minutes while keys are in use, and lets nobody wait', async () => {
    const set = await openLoaded()
    clockMs += 5 * MINUTE
    expect(set.find('known')).toBe(key)
    expect(fetches).toBe(1)
    expect(await askFor(set, 60 * MINUTE)).toEqual(['found'])
    expect(fetches).toBeLessThanOrEqual(13)
  })

  it('costs one more fetch to rotate', async () => {
    const set = await openLoaded()
    clockMs += MINUTE
    published = ['known', 'new']
    expect(await askAtOnce(set, new Array(100).fill('new'))).toEqual(['found'])
    expect(fetches).toBe(1)
  })

  it('refuses a withdrawn key within ten minutes, asked all the time or once', async () => {
    const [busy, idle] = [await openLoaded(), await openLoaded()]
    published = ['new']
    await askFor(busy, 10 * MINUTE)
    expect(await askAtOnce(busy, ['known'])).toEqual(['unknown'])
    expect(await askAtOnce(idle, ['known'])).toEqual(['unknown'])
  })

  it('lets an old failure excuse nothing', async () => {
    const set = await openLoaded()
    isDown = true
    clockMs += 5 * MINUTE
    await ask(set)
    await settle()
    isDown = false
    published = ['new']
    clockMs += 30 * MINUTE
    expect(await ask(set)).toBe('unknown')
  })
})

describe('unknown kids', () => {
  it('cost one fetch in 30 seconds however many there are', async () => {
    const set = await openLoaded()
    clockMs += MINUTE
    expect(await askAtOnce(set, many(10_000))).toEqual(['unknown'])
    expect(fetches).toBe(1)
    expect(await askFor(set, 30 * SECOND, 'random')).toEqual(['unknown'])
    expect(fetches).toBe(1)
    expect(await askAtOnce(set, many(100))).toEqual(['unknown'])
    expect(fetches).toBe(2)
  })

  it('cost nothing more when they come first of all', async () => {
    const set = open()
    expect(await askAtOnce(set, many(1000))).toEqual(['unknown'])
    expect(await askFor(set, 30 * SECOND, 'random')).toEqual(['unknown'])
    expect(fetches).toBe(1)
  })

  it('are not called unknown while nobody can tell', async () => {
    const set = await openLoaded()
    isDown = true
    clockMs += MINUTE
    expect(await askAtOnce(set, many(100))).toEqual(['unavailable'])
    expect(await askFor(set, 20 * SECOND, 'random')).toEqual(['unavailable'])
    expect(fetches).toBe(1)
    expect(await ask(set)).toBe('found')
  })
})

describe('while the endpoint is down', () => {
  it('known keys serve for an hour more, and almost nobody asks', async () => {
    const set = await openLoaded()
    isDown = true
    expect(await askFor(set, 30 * MINUTE)).toEqual(['found'])
    expect(fetches).toBeLessThanOrEqual(12)
    expect(await askFor(set, 40 * MINUTE)).toEqual(['found'])
    expect(await askFor(set, MINUTE)).toEqual(['unavailable'])
    isDown = false
    clockMs += 3 * MINUTE
    expect(await ask(set)).toBe('found')
  })

  it('200 tokens cost one fetch at once, three in 200 seconds', async () => {
    isDown = true
    const set = open()
    expect(await askAtOnce(set, many(200))).toEqual(['unavailable'])
    expect(fetches).toBe(1)
    expect(await askFor(set, 200 * SECOND)).toEqual(['unavailable'])
    expect(fetches).toBe(3)
  })

  it('says when to come back, and what is wrong', async () => {
    isDown = true
    const set = open()
    const error = await Promise.resolve(set.find('known')).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ retryAfterSeconds: 4, message: 'no keys from https://keys.test' })
    expect(error).toHaveProperty('cause.message', 'connection refused')
    await expect(set.load()).rejects.toThrow(KeysUnavailableError)
    clockMs += 4 * SECOND
    isDown = false
    expect(await ask(set)).toBe('found')
  })

  it('starts over with the next outage', async () => {
    isDown = true
    const set = open()
    await askFor(set, MINUTE)
    isDown = false
    clockMs += 3 * MINUTE
    expect(await ask(set)).toBe('found')
    isDown = true
    clockMs += 2 * 60 * MINUTE
    const error = await Promise.resolve(set.find('known')).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ retryAfterSeconds: 4 })
  })

  it('an outage that ends within its ten minutes is never felt', async () => {
    const set = await openLoaded()
    clockMs += 5 * MINUTE
    isDown = true
    await askFor(set, MINUTE)
    isDown = false
    fetches = 0
    expect(await askFor(set, 20 * MINUTE)).toEqual(['found'])
    expect(fetches).toBeGreaterThanOrEqual(3)
  })
})

describe('a clock that is set back', () => {
  it('makes no key immortal', async () => {
    const set = await openLoaded()
    clockMs -= 60 * MINUTE
    published = ['new']
    expect(await askAtOnce(set, ['known'])).toEqual(['unknown'])
    expect(fetches).toBe(1)
    expect(await askFor(set, 4 * MINUTE, 'new')).toEqual(['found'])
    expect(fetches).toBe(1)
  })
})

describe('without single flight', () => {
  it('each request fetches for itself when there are no keys', async () => {
    const set = open(false)
    expect(await askAtOnce(set, ['known', 'known', 'known'])).toEqual(['found'])
    expect(fetches).toBe(3)
  })

  it('one request refreshes, the others go on', async () => {
    const set = await openLoaded(false)
    clockMs += 5 * MINUTE
    const refreshing = set.find('known')
    expect(refreshing).toBeInstanceOf(Promise)
    expect(set.find('known')).toBe(key)
    expect(await refreshing).toBe(key)
    expect(fetches).toBe(1)
  })

  it('one request asks for an unknown kid, the others cannot tell yet', async () => {
    const set = await openLoaded(false)
    clockMs += MINUTE
    published = ['known', 'new']
    expect(await Promise.all([ask(set, 'new'), ask(set, 'new')])).toEqual(['found', 'unavailable'])
    expect(fetches).toBe(1)
  })

  it('a late answer does not replace a newer one', async () => {
    const waiting: ((keys: Keys) => void)[] = []
    const set = new RemoteKeySet({
      url: 'https://keys.test',
      read: () => new Promise((resolve) => waiting.push(resolve)),
      now: () => clockMs,
      singleFlight: false,
    })
    const asked = [ask(set, 'old'), ask(set, 'new')]
    waiting[1]?.(new Map([['new', key]]))
    await settle()
    waiting[0]?.(new Map([['old', key]]))
    expect(await Promise.all(asked)).toEqual(['unknown', 'found'])
  })
})
