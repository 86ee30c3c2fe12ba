import { describe, expect, it } from 'vitest'
import { TokenCache } from './token-cache.ts'

const fill = (cache: TokenCache<number>, ...names: readonly string[]) => {
  for (const name of names) cache.insert(name, 1)
}
const kept = (cache: TokenCache<number>, ...names: readonly string[]) =>
  names.filter((name) => cache.find(name) !== undefined)

describe('TokenCache', () => {
  it('never holds more than it may', () => {
    const cache = new TokenCache<number>(100)
    const names = Array.from({ length: 1000 }, (_, i) => `token ${i}`)
    for (const name of names) {
      fill(cache, name)
      cache.find('token 7')
    }
    expect(kept(cache, ...names)).toHaveLength(100)
    expect(kept(cache, 'token 7')).toHaveLength(1)
  })

  it('forgets first what was not asked for', () => {
    const cache = new TokenCache<number>(3)
    fill(cache, 'a', 'b', 'c')
    cache.find('a')
    fill(cache, 'd')
    expect(kept(cache, 'a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd'])
  })

  it('still takes new ones when every one is in use', () => {
    const cache = new TokenCache<number>(2)
    fill(cache, 'a', 'b')
    kept(cache, 'a', 'b')
    fill(cache, 'c')
    expect(kept(cache, 'a', 'b', 'c')).toEqual(['b', 'c'])
  })

  it('replaces and deletes', () => {
    const cache = new TokenCache<number>(2)
    fill(cache, 'a', 'b')
    cache.insert('a', 2)
    cache.delete('b')
    expect([cache.find('a'), cache.find('b')]).toEqual([2, undefined])
  })

  it('holds nothing when its size is 0, and refuses what is no size', () => {
    const cache = new TokenCache<number>(0)
    fill(cache, 'a')
    expect(cache.find('a')).toBeUndefined()
    for (const size of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new TokenCache(size)).toThrow(TypeError)
    }
  })
})
