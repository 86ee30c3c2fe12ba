import { cloneDatabase } from '@cruddur/db/testing'
import { expect, it } from 'vitest'
import { openBuiltApi, type RunningApi } from './run-api.ts'

const { url, session } = await cloneDatabase()
const { start, signUp } = await openBuiltApi()
const di = await signUp(url, 'di')

async function post(api: RunningApi, key: string) {
  const response = await fetch(`${api.base}/api/activities`, {
    method: 'POST',
    headers: { ...di.headers, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ message: `With the key ${key}`, ttl: '1-day' }),
  })
  return { status: response.status, text: await response.text() }
}

it.each([0, 5, 15, 30, 60])(
  'fifty posts with one key are one crud, also when the process dies after %i ms',
  async (ms) => {
    const key = `key-${ms}`
    const first = await start(url)
    const lost = Array.from({ length: 50 }, () => post(first, key).catch(() => undefined))
    await new Promise((resolve) => setTimeout(resolve, ms))
    first.child.kill('SIGKILL')
    const early = (await Promise.all(lost)).filter((answer) => answer !== undefined)
    const second = await start(url)
    const late = await Promise.all(Array.from({ length: 50 }, () => post(second, key)))
    second.child.kill('SIGKILL')
    const answered = [...early, ...late]
    expect(new Set(answered.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answered.map(({ text }) => text)).size).toBe(1)
    const [row] = await session.query<{ count: number }>(
      'select count(*)::int from activities where message = $1',
      [`With the key ${key}`],
    )
    expect(row?.count).toBe(1)
  },
)
