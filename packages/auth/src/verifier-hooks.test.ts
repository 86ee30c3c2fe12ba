import { beforeAll, describe, expect, it } from 'vitest'
import { createVerifier, type VerifierOptions } from './index.ts'
import { createTestPool, type TestPool } from './testing.ts'

let pool: TestPool
let token: string
beforeAll(async () => {
  pool = await createTestPool()
  token = await pool.sign({ sub: 'ada', jti: 'j1', origin_jti: 'o1' })
})

const open = (options: Partial<VerifierOptions>) =>
  createVerifier({ ...pool.verifierOptions, ...options })
const rejection = (code: string) => expect.objectContaining({ code, jti: 'j1' })

describe.each([
  ['at once', <T>(answer: T): T => answer],
  ['with a promise', async <T>(answer: T) => answer],
])('a deny-list that answers %s', (_name, answer) => {
  it.each(['jti', 'originJti', 'sub'] as const)('denies by %s, cached or not', async (name) => {
    const denied = new Set<unknown>()
    const verify = open({ isDenied: (seen) => answer(denied.has(seen[name])) })
    const { [name]: value } = await verify(token)
    denied.add(value)
    await expect(verify(token)).rejects.toEqual(rejection('denied'))
    await expect(verify(token)).rejects.toEqual(rejection('denied'))
    denied.clear()
    await verify(token)
  })

  it('denies a token it has never seen', async () => {
    const verify = open({ isDenied: () => answer(true) })
    await expect(verify(token)).rejects.toEqual(rejection('denied'))
  })
})

describe('a custom check', () => {
  it('is asked each time, with the token and its header', async () => {
    const asked: unknown[] = []
    let answer = true
    const verify = open({
      customCheck: (seen, header) => {
        asked.push([seen.sub, header.alg])
        return answer
      },
    })
    await verify(token)
    answer = false
    await expect(verify(token)).rejects.toEqual(rejection('custom_check_failed'))
    expect(asked).toEqual([
      ['ada', 'RS256'],
      ['ada', 'RS256'],
    ])
  })

  it('may differ between pools', async () => {
    const verify = open({
      pools: [{ userPoolId: pool.userPoolId, customCheck: async () => false }],
      customCheck: () => true,
    })
    await expect(verify(token)).rejects.toEqual(rejection('custom_check_failed'))
  })
})

describe('a hook that cannot tell', () => {
  const fail = () => {
    throw new Error('deny-list unreachable')
  }

  it('lets nobody pass, and nobody take it for a bad token', async () => {
    await expect(open({ isDenied: fail })(token)).rejects.toThrow('deny-list unreachable')
    await expect(open({ customCheck: fail })(token)).rejects.toThrow('deny-list unreachable')
    await expect(open({ isDenied: async () => fail() })(token)).rejects.toThrow('unreachable')
  })

  it('lets nobody pass by an answer that is neither yes nor no', async () => {
    const unclear = JSON.parse('{"answer":null}')
    const verify = open({ isDenied: () => unclear.answer })
    await expect(verify(token)).rejects.toEqual(rejection('denied'))
    const strict = open({ customCheck: () => unclear.answer })
    await expect(strict(token)).rejects.toEqual(rejection('custom_check_failed'))
  })
})
