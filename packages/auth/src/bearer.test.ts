import { describe, expect, it } from 'vitest'
import { readBearer } from './bearer.ts'
import { TokenRejectedError } from './errors.ts'

const codeOf = (header: string) => {
  try {
    return readBearer(header)
  } catch (error) {
    return error instanceof TokenRejectedError ? error.code : error
  }
}

describe('readBearer', () => {
  it.each(['Bearer a.b.c', 'bearer a.b.c', 'BEARER a.b.c', 'Bearer   a.b.c', 'Bearer a.b.c '])(
    'reads the token of %j',
    (header) => expect(readBearer(header)).toBe('a.b.c'),
  )

  it.each([undefined, null, '', 'Bearer null', 'bearer null', 'Bearer undefined'])(
    'says of %j that nobody is signed in',
    (header) => expect(readBearer(header)).toBeUndefined(),
  )

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer  ',
    ' Bearer a.b.c',
    'a.b.c',
    'null',
    'Basic dXNlcjpwYXNz',
    'Token a.b.c',
    'Bearer a b',
    'Bearer a.b.c, Bearer d.e.f',
    'Bearer\ta.b.c',
    'Bearer: a.b.c',
    'Bearer=a.b.c',
    'Bearerr a.b.c',
  ])('refuses %j', (header) => expect(codeOf(header)).toBe('authorization_malformed'))

  it('refuses a header over 8 KiB without looking into it', () => {
    expect(codeOf(`Bearer ${'a'.repeat(8185)}`)).toHaveLength(8185)
    expect(codeOf(`Bearer ${'a'.repeat(8186)}`)).toBe('token_too_large')
  })
})
