import { readFile } from 'node:fs/promises'
import { cloneDatabase } from '@cruddur/db/testing'
import { describe, expect, it } from 'vitest'
import { byHands, type Mood, openBuiltApi, type RunningApi } from './run-api.ts'

const { url } = await cloneDatabase()
const { start, signUp, cognito } = await openBuiltApi()
const di = await signUp(url, 'di')

const me = (api: RunningApi, headers = di.headers) => fetch(`${api.base}/api/users/me`, { headers })

const moods: Mood[] = ['never', 'error', 'nonsense', 'no keys', 'without end']

describe.each(moods)('a Cognito that answers its keys: %s', (mood) => {
  it('is a 503 for who signs in, nothing for who reads, and is asked once', async () => {
    Object.assign(cognito, { mood, asked: 0, sentBytes: 0 })
    const api = await start(url)
    const [answers, home] = await Promise.all([
      byHands(50, 50, () => me(api)),
      fetch(`${api.base}/api/activities/home`, { headers: di.headers }),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(503)
      expect(await answer.json()).toEqual(['unavailable'])
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
    }
    expect(home.status).toBe(200)
    expect(cognito.asked).toBe(1)
    // What the kernel takes off our hands counts, too.
    expect(cognito.sentBytes).toBeLessThan(20_000_000)
    cognito.mood = 'well'
    await expect.poll(async () => (await me(api)).status, { timeout: 60_000 }).toBe(200)
    expect(api.child.exitCode).toBeNull()
    api.child.kill('SIGKILL')
  })
})

it('stays signed in with keys that are known, whatever Cognito does meanwhile', async () => {
  cognito.mood = 'well'
  const api = await start(url)
  expect((await me(api)).status).toBe(200)
  const unknown = di.headers.authorization.replace(/(?<=Bearer )[^.]+/, () =>
    Buffer.from('{"alg":"RS256","kid":"of nobody"}').toString('base64url'),
  )
  for (const mood of moods) {
    cognito.mood = mood
    const forged = me(api, { authorization: unknown })
    expect((await me(api)).status).toBe(200)
    expect([401, 503]).toContain((await forged).status)
  }
  const rss = await readFile(`/proc/${api.child.pid}/status`, 'utf8').catch(() => '')
  expect(Number(/VmRSS:\s+(\d+)/.exec(rss)?.[1] ?? 0)).toBeLessThan(400_000)
})

it('asks of a person without a row in the same way: 503 in time, never a flood', async () => {
  cognito.mood = 'well'
  const api = await start(url)
  expect((await me(api)).status).toBe(200)
  const { headers } = await signUp(undefined, 'newcomer')
  for (const mood of moods) {
    Object.assign(cognito, { mood, sentBytes: 0 })
    const answer = await me(api, headers)
    expect(answer.status, mood).toBe(503)
    expect(await answer.json()).toEqual(['unavailable'])
    expect(cognito.sentBytes).toBeLessThan(20_000_000)
  }
})
