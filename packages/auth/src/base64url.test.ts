import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64url } from './base64url.ts'

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')

describe('decodeBase64url', () => {
  it('reads back what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeBase64url(encode(bytes))).toEqual(bytes)
      }),
      { seed: 1 },
    )
  })

  it('accepts one spelling of the same bytes only', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AQgwEIM-_09z=+/ \né\u0141'), maxLength: 9 })
    fc.assert(
      fc.property(text, (spelling) => {
        const bytes = decodeBase64url(spelling)
        if (bytes) expect(encode(bytes)).toBe(spelling)
      }),
      { seed: 2, numRuns: 2000 },
    )
  })

  it.each(['A', 'AB', 'ABC=', 'AA==', 'AAB', 'AA A', 'AA+A', 'AA/A', 'AAA\u0141', 'AAAAA'])(
    'refuses %j',
    (text) => expect(decodeBase64url(text)).toBeUndefined(),
  )
})
