import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createVerifier, TokenRejectedError, type Verifier } from './index.ts'
import { createTestPool } from './testing.ts'

let token: string
let fresh: Verifier
let primed: Verifier
beforeAll(async () => {
  const pool = await createTestPool()
  token = await pool.sign({ username: 'Zoë' })
  // One verifier has the genuine token in its cache, the other keeps nothing.
  fresh = createVerifier({ ...pool.verifierOptions, cacheEntries: 0 })
  primed = createVerifier(pool.verifierOptions)
  await primed(token)
})

/** Bytes as the laxest decoder reads them, for the claim is about bytes and not about text. */
const bytesOf = (text: string) =>
  text.split('.').map((part) => Buffer.from(part, 'base64').toString('hex'))

const isAccepted = async (verify: Verifier, text: string) => {
  try {
    await verify(text)
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(TokenRejectedError)
    return false
  }
}

const expectNoForgery = async (text: string) => {
  for (const verify of [fresh, primed]) {
    if (await isAccepted(verify, text)) expect(bytesOf(text)).toEqual(bytesOf(token))
  }
}

const position = fc.nat(2000)
const char = fc.oneof(
  fc.constantFrom(...'AQgwZz09-_.=+/ \n\0'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }),
)
const mutation = fc.oneof(
  fc.tuple(position, char).map(([at, c]) => (text: string) => {
    const i = at % text.length
    return text.slice(0, i) + c + text.slice(i + 1)
  }),
  fc.tuple(position, char).map(([at, c]) => (text: string) => {
    const i = at % (text.length + 1)
    return text.slice(0, i) + c + text.slice(i)
  }),
  fc.tuple(position, fc.nat(9)).map(([at, n]) => (text: string) => {
    const i = at % text.length
    return text.slice(0, i) + text.slice(i + n)
  }),
  fc.tuple(position, position).map(([a, b]) => (text: string) => {
    const [i, j] = [Math.min(a, b) % text.length, Math.max(a, b) % text.length]
    return text.slice(0, i) + text.slice(j) + text.slice(i, j)
  }),
  char.map((c) => (text: string) => text + c),
)

describe('no mutation of a valid token is accepted unless all its bytes are equal', () => {
  it('the token itself is accepted', async () => {
    expect(await isAccepted(fresh, token)).toBe(true)
    expect(await isAccepted(primed, token)).toBe(true)
  })

  it('when its text is changed', async () => {
    const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(mutations, (changes) =>
        expectNoForgery(changes.reduce((text, change) => change(text), token)),
      ),
      { seed: 3, numRuns: 1500 },
    )
  })

  it('when bytes of one part are changed and the part is encoded well', async () => {
    const change = fc.record({
      part: fc.nat(2),
      at: position,
      xor: fc.integer({ min: 1, max: 255 }),
    })
    await fc.assert(
      fc.asyncProperty(change, async ({ part, at, xor }) => {
        const parts = token.split('.')
        const bytes = Buffer.from(parts[part] ?? '', 'base64url')
        const i = at % bytes.length
        bytes[i] = (bytes[i] ?? 0) ^ xor
        parts[part] = bytes.toString('base64url')
        const text = parts.join('.')
        expect(await isAccepted(fresh, text)).toBe(false)
        expect(await isAccepted(primed, text)).toBe(false)
      }),
      { seed: 4, numRuns: 1000 },
    )
  })

  it('when the last character of any part is any other', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/='
    for (const part of [0, 1, 2]) {
      for (const last of alphabet) {
        const parts = token.split('.')
        parts[part] = `${parts[part]?.slice(0, -1)}${last}`
        const text = parts.join('.')
        expect(await isAccepted(primed, text)).toBe(text === token)
      }
    }
  })

  it('and no text at all makes it fail in any other way', async () => {
    const part = fc.oneof(
      fc.base64String({ maxLength: 60 }).map((text) => text.replace(/=+$/, '')),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc.string({ unit: 'binary' }),
    )
    const texts = fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.'))
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await isAccepted(primed, text)).toBe(false)
      }),
      { seed: 5, numRuns: 1500 },
    )
  })
})
