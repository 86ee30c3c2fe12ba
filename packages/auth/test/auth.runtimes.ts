import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRuntime, runtimeNames } from '@cruddur/test-suite/runtimes'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestKey, createTestPool } from '../src/testing.ts'
import type { Question } from './probe.ts'

const folder = mkdtempSync(join(tmpdir(), 'cruddur-auth-'))
const bundle = join(folder, 'probe.mjs')
const pool = await createTestPool()
const stranger = await createTestKey(pool.jwks.keys[0]?.kid ?? '')

let fetches = 0
/** The pool's keys, for whoever comes by TCP. */
const jwks = createServer((_request, response) => {
  fetches += 1
  response.end(JSON.stringify(pool.jwks))
})
await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve))
const jwksUrl = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks.json`

beforeAll(async () => {
  const entryPoints = [join(import.meta.dirname, 'probe.ts')]
  await build({ entryPoints, outfile: bundle, bundle: true, format: 'esm', platform: 'neutral' })
})
afterAll(() => {
  jwks.close()
  jwks.closeAllConnections()
  rmSync(folder, { recursive: true })
})

describe.each(runtimeNames)('on %s', (name) => {
  let runtime: Awaited<ReturnType<typeof openRuntime>>
  beforeAll(async () => {
    runtime = await openRuntime(name, bundle)
    fetches = 0
  })
  afterAll(() => runtime?.close())

  const ask = async (token: string, told: Partial<Question> = {}) => {
    const { userPoolId, clientId } = pool
    const singleFlight = name !== 'workerd'
    const question: Question = { token, userPoolId, clientId, jwksUrl, singleFlight, ...told }
    const response = await fetch(runtime.url, { method: 'POST', body: JSON.stringify(question) })
    return response.json()
  }

  it('accepts what the pool signed, again and again, on one fetch of its keys', async () => {
    const tokens = await Promise.all(['di', 'ed'].map((sub) => pool.sign({ sub })))
    for (const token of [...tokens, ...tokens]) await ask(token)
    expect(await Promise.all(tokens.map((token) => ask(token)))).toEqual([
      { sub: 'di' },
      { sub: 'ed' },
    ])
    expect(fetches).toBe(1)
  })

  const hourAgo = Math.floor(Date.now() / 1000) - 3600
  it.each<[string, () => Promise<string> | string]>([
    ['token_malformed', () => 'a.b'],
    ['alg_refused', async () => `${btoa('{"alg":"none" }')}.${(await pool.sign()).split('.')[1]}.`],
    ['kid_unknown', () => pool.sign({}, { kid: 'nobodys' })],
    ['claim_malformed', () => pool.sign({ sub: 'a\0' })],
    ['issuer_unknown', () => pool.sign({ iss: 'https://example.com' })],
    ['token_use_refused', () => pool.sign({ token_use: 'id', aud: pool.clientId })],
    ['client_unknown', () => pool.sign({ client_id: 'another' })],
    ['expired', () => pool.sign({ exp: hourAgo })],
    ['signature_invalid', async () => stranger.sign(payloadOf(await pool.sign()))],
    ['signature_invalid', async () => (await pool.sign()).replace(/\.[^.]*$/, '.AAAA')],
  ])('refuses with %s', async (error, make) => {
    expect(await ask(await make())).toEqual({ error })
  })

  it('says that there are no keys, where there are none', async () => {
    const answer = await ask(await pool.sign(), { jwksUrl: 'http://127.0.0.1:9/jwks.json' })
    expect(answer).toEqual({ error: 'KeysUnavailableError' })
  })
})

const payloadOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
