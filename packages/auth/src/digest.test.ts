import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createDigest, digestOf } from './digest.ts'

const sha256 = (text: string) => createHash('sha256').update(text)

describe('digestOf', () => {
  it('is SHA-256 and comes at once on Node', () => {
    expect(digestOf('a.b.c')).toBe(sha256('a.b.c').digest('base64url'))
  })

  it('is SHA-256 on a runtime that has nothing but WebCrypto', async () => {
    expect(await createDigest()('a.b.c')).toBe(sha256('a.b.c').digest('base64url'))
    expect(await createDigest({})('x')).toBe(sha256('x').digest('base64url'))
    expect(await createDigest({ getBuiltinModule: () => undefined })('')).toBe(
      sha256('').digest('base64url'),
    )
  })
})
