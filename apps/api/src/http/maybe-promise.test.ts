import { describe, expect, it, vi } from 'vitest'
import { andThen, endingWith, orElse } from './maybe-promise.ts'

const error = new Error('no')
const fail = () => {
  throw error
}

describe('andThen', () => {
  it('goes on at once with what is there, and later with what is not', async () => {
    expect(andThen(1, (n) => n + 1)).toBe(2)
    const later = andThen(Promise.resolve(1), (n) => n + 1)
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toBe(2)
  })
})

describe('orElse', () => {
  it.each([
    ['is thrown', fail],
    ['is rejected', () => Promise.reject(error)],
  ])('makes something of an error that %s', async (_how, run) => {
    expect(await orElse<unknown>(run, (caught) => [caught])).toEqual([error])
  })

  it('leaves what succeeds alone', async () => {
    expect(orElse(() => 1, fail)).toBe(1)
    expect(await orElse(() => Promise.resolve(1), fail)).toBe(1)
  })
})

describe('endingWith', () => {
  it.each([
    ['a value', () => 1],
    ['a promise', () => Promise.resolve(1)],
  ])('cleans up once behind %s', async (_what, run) => {
    const cleanUp = vi.fn()
    expect(await endingWith<number>(run, cleanUp)).toBe(1)
    expect(cleanUp).toHaveBeenCalledOnce()
  })

  it.each([
    ['is thrown', fail],
    ['is rejected', () => Promise.reject(error)],
  ])('cleans up once behind an error that %s', async (_how, run) => {
    const cleanUp = vi.fn()
    await expect((async () => endingWith<unknown>(run, cleanUp))()).rejects.toBe(error)
    expect(cleanUp).toHaveBeenCalledOnce()
  })

  it('cleans up when it is over, not before', async () => {
    const cleanUp = vi.fn()
    const { promise, resolve } = deferred()
    const ending = endingWith(() => promise, cleanUp)
    expect(cleanUp).not.toHaveBeenCalled()
    resolve()
    await ending
    expect(cleanUp).toHaveBeenCalledOnce()
  })
})

function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
